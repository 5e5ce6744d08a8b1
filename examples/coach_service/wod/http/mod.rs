//! Requests and workouts of the day over HTTP.

mod ask;
mod ask_for_all;
mod query;
mod show;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

use crate::store::Store;

/// The longest list of excluded exercises has room in this, and nothing much longer.
const MOST_BYTES: usize = 32 * 1024;

pub(crate) fn routes() -> Router<Store> {
    Router::new()
        .route("/users/{user}/wods", post(ask::handle).get(show::wods))
        .route("/wods/requests", post(ask_for_all::handle))
        .route("/wods/requests/{request}", get(show::request))
        .route("/wods/{wod}", get(show::wod))
        .layer(DefaultBodyLimit::max(MOST_BYTES))
}
