//! What can be wrong with several requests.

use std::error::Error;

use axum::http::StatusCode;
use tracing::warn;
use workout_examples::Problem;

use crate::database::DatabaseError;

pub(crate) fn not_found(title: &'static str) -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "not_found", title)
}

pub(crate) fn wrong_method() -> Problem {
    let title = "The path is right, but nothing is done by this method.";
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", title)
}

pub(crate) fn conflict(title: &'static str) -> Problem {
    Problem::new(StatusCode::CONFLICT, "conflict", title)
}

/// What becomes of a request when the database does not do its part. The client is told what to do, the log why.
pub(crate) fn failed(error: &DatabaseError) -> Problem {
    warn!(error = error as &dyn Error, "a request failed");
    let title = "Nothing is known to be stored; sending the same again is safe.";
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not_stored", title)
}
