//! What is said to a client when something went wrong (RFC 9457).

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use stats_store::StoreError;
use tracing::error;

/// What may go wrong, as far as it is the client's business.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Problem {
    MethodNotAllowed,
    InvalidUserId,
    StoreUnavailable,
}

#[derive(Serialize)]
struct Body {
    status: u16,
    /// Stable: programs match on it.
    code: &'static str,
    title: &'static str,
}

impl Problem {
    fn body(self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::MethodNotAllowed => {
                (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "This path does not have that method.")
            }
            Self::InvalidUserId => {
                (StatusCode::BAD_REQUEST, "invalid_user_id", "The id of a user is a UUID in its hyphenated form.")
            }
            Self::StoreUnavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                "store_unavailable",
                "The statistics cannot be read at the moment; try again later.",
            ),
        }
    }
}

/// The client is told that the store failed, the log how.
impl From<StoreError> for Problem {
    fn from(failed: StoreError) -> Self {
        error!(error = &failed as &dyn std::error::Error, "the store cannot be read");
        Self::StoreUnavailable
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, code, title) = self.body();
        let mut response = (status, Json(Body { status: status.as_u16(), code, title })).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        response
    }
}
