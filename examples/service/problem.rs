//! What is wrong with a request, or with a service: RFC 9457.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use workout_events::Violations;

/// An answer that says what went wrong, by a code that stays and a title for people.
#[derive(Debug)]
pub struct Problem {
    status: StatusCode,
    body: Value,
}

impl Problem {
    /// A problem of this kind.
    #[must_use]
    pub fn new(status: StatusCode, code: &'static str, title: &'static str) -> Self {
        Self { status, body: json!({ "status": status.as_u16(), "code": code, "title": title }) }
    }

    /// 422, with all that breaks the contract.
    #[must_use]
    pub fn invalid(violations: &Violations) -> Self {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        Self::new(status, "invalid_workout", "The workout breaks the contract.").because(violations)
    }

    /// 400, by a code of the service.
    #[must_use]
    pub fn bad(code: &'static str, title: &'static str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, title)
    }

    /// 410, for whom nothing may be kept any more.
    #[must_use]
    pub fn erased() -> Self {
        Self::new(StatusCode::GONE, "user_erased", "This user was erased, and nothing is kept of them any more.")
    }

    /// 503, when the service cannot work.
    #[must_use]
    pub fn not_ready() -> Self {
        let title = "A part of the service does not work; the log says which.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "not_ready", title)
    }

    /// The same, with all that breaks the contract.
    #[must_use]
    pub fn because(mut self, violations: &Violations) -> Self {
        self.body["violations"] = json!(violations);
        self
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let content_type = [(header::CONTENT_TYPE, "application/problem+json")];
        (self.status, content_type, self.body.to_string()).into_response()
    }
}
