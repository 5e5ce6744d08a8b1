//! What can be wrong with several requests.

use axum::http::StatusCode;
use workout_examples::Problem;

pub(crate) fn bad(code: &'static str, title: &'static str) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, code, title)
}

pub(crate) fn not_found() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "not_found", "There is nothing of this id.")
}

pub(crate) fn erased() -> Problem {
    Problem::new(StatusCode::GONE, "user_erased", "This user was erased; nothing of him is kept any more.")
}

pub(crate) fn not_stored() -> Problem {
    let title = "Nothing is known to be stored; sending the same again is safe where it has an id, a day or a key.";
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not_stored", title)
}

pub(crate) fn not_ready() -> Problem {
    Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "not_ready",
        "A part of the service does not work; the log says which.",
    )
}
