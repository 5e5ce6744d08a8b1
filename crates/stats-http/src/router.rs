//! The routes.

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use stats_store::StatsReader;

use crate::problem::Problem;
use crate::{health, statistics};

/// The routes over this store, to serve as they are or to merge into a router of one's own.
///
/// | route | answer |
/// |---|---|
/// | `GET /users/{user_id}/statistics` | the lifetime totals of a user |
/// | `GET /healthz` | 200 while the store answers, 503 otherwise |
///
/// Whatever goes wrong is told as `application/problem+json` with a stable `code`.
///
/// What the router does not know is left to the host's fallback, if it has one.
///
/// Nobody is asked who they are: whoever reaches the router reads everybody's statistics.
pub fn router(reader: Arc<dyn StatsReader>) -> Router {
    Router::new()
        .route("/users/{user_id}/statistics", get(statistics::get))
        .route("/healthz", get(health::get))
        .method_not_allowed_fallback(async || Problem::MethodNotAllowed)
        .with_state(reader)
}
