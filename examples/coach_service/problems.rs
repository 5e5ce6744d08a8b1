//! What can be wrong with several requests.

use axum::http::StatusCode;
use workout_examples::Problem;

pub(crate) fn not_found() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "not_found", "There is nothing of this id.")
}

pub(crate) fn not_stored() -> Problem {
    let title = "Nothing is known to be stored; sending the same again is safe where it has an id, a day or a key.";
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not_stored", title)
}
