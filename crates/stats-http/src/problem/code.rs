//! The stable names of problems.

use axum::http::StatusCode;

/// Declares [`Code`]: the variant, its status, its stable name and the sentence for people, once.
macro_rules! codes {
    ($($variant:ident $status:ident $name:literal $title:literal)*) => {
        /// What may go wrong with a request, by its stable name.
        ///
        /// Programs match on the name, so a released one keeps its name, its status and its meaning. The sentence is for
        /// people and may change.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $(#[doc = $title] $variant,)*
        }

        impl Code {
            /// Every code, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The stable name, in `snake_case`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What went wrong, as one sentence.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)* }
            }

            /// The status of a response with this code.
            #[must_use]
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$variant => StatusCode::$status,)* }
            }
        }
    };
}

codes! {
    InvalidUserId BAD_REQUEST "invalid_user_id" "The id of a user is a UUID in its hyphenated form."
    InvalidParameter BAD_REQUEST "invalid_parameter" "A parameter has a value that it cannot have."
    MissingParameter BAD_REQUEST "missing_parameter" "A required parameter is absent."
    RepeatedParameter BAD_REQUEST "repeated_parameter" "A parameter is given more than once."
    UnknownParameter BAD_REQUEST "unknown_parameter" "There is no such parameter here."
    InvalidRange BAD_REQUEST "invalid_range" "The first day of the range is later than its last day."
    RangeTooLong BAD_REQUEST "range_too_long" "The range has too many days for this question; ask for a shorter one, or for longer periods."
    InvalidCursor BAD_REQUEST "invalid_cursor" "The cursor is not one that this list gave out for these filters."
    InvalidBody BAD_REQUEST "invalid_body" "The body is not the JSON that this operation takes."
    TokenInQuery BAD_REQUEST "token_in_query" "A token belongs in the header `Authorization`; whoever reads logs has seen this one, so revoke it."
    InvalidIdempotencyKey BAD_REQUEST "invalid_idempotency_key" "An idempotency key has 1 to 255 visible ASCII characters."
    Unauthenticated UNAUTHORIZED "unauthenticated" "Nobody is asking: the header `Authorization` with a token is missing."
    InvalidToken UNAUTHORIZED "invalid_token" "The token is not one that is accepted here."
    ExpiredToken UNAUTHORIZED "expired_token" "The token is no longer valid; get a new one."
    Forbidden FORBIDDEN "forbidden" "This is not allowed for whoever is asking."
    NotLocal FORBIDDEN "not_local" "Only this machine itself is answered, directly and without a proxy."
    ForeignOrigin FORBIDDEN "foreign_origin" "A page of another origin asks by the browser of somebody on this machine."
    NotFound NOT_FOUND "not_found" "There is nothing here for whoever is asking."
    MethodNotAllowed METHOD_NOT_ALLOWED "method_not_allowed" "This path does not have that method."
    BodyTooSlow REQUEST_TIMEOUT "body_too_slow" "The body did not arrive in time."
    Stale CONFLICT "stale" "The statistics have not reached that position yet; ask again."
    IdempotencyKeyInUse CONFLICT "idempotency_key_in_use" "A request with this idempotency key is under way."
    TooManyGoals CONFLICT "too_many_goals" "The person has as many goals as there may be, those that are over or were given up included."
    BodyTooLarge PAYLOAD_TOO_LARGE "body_too_large" "The body is larger than this operation takes."
    UnsupportedMediaType UNSUPPORTED_MEDIA_TYPE "unsupported_media_type" "The body has to be application/json."
    BrokenContract UNPROCESSABLE_ENTITY "broken_contract" "What the body says breaks the contract of events."
    IdempotencyKeyReused UNPROCESSABLE_ENTITY "idempotency_key_reused" "This idempotency key belongs to another request."
    RateLimited TOO_MANY_REQUESTS "rate_limited" "Too many requests; wait as long as `Retry-After` says."
    TooManyStreams TOO_MANY_REQUESTS "too_many_streams" "This client has as many streams open or files under way as it may; end one."
    Internal INTERNAL_SERVER_ERROR "internal" "The service has a defect; its log has more under the id of the request."
    NotSupported NOT_IMPLEMENTED "not_supported" "The store behind this service does not know that."
    StoreUnavailable SERVICE_UNAVAILABLE "store_unavailable" "The store cannot be reached at the moment; try again later."
    StatisticsOutdated SERVICE_UNAVAILABLE "statistics_outdated" "The statistics are being brought to a new definition; try again later."
    TimedOut SERVICE_UNAVAILABLE "timed_out" "The answer took too long; try again later, or ask for less."
    NoPlace SERVICE_UNAVAILABLE "no_place" "There are as many streams or files under way as this service has places for; try again later."
    NotReady SERVICE_UNAVAILABLE "not_ready" "A part of the service does not work."
}
