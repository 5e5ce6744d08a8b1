//! The layers around all routes.

use std::time::Duration;

use axum::Router;
use axum::http::{HeaderName, HeaderValue, Method};
use axum::middleware::from_fn;
use axum::response::IntoResponse;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};
use tower_http::cors::CorsLayer;
use tracing::error;

use super::request::watch;
use crate::problem::Code;

/// Shorter answers fit into a packet as they are.
const COMPRESSED_FROM: u64 = 1_024;

/// The same routes, with what every request goes through.
pub(crate) fn around(router: Router, origins: Vec<HeaderValue>) -> Router {
    let panicked = |_| {
        error!("a request has met a defect");
        Code::Internal.into_response()
    };
    let mut router = router.layer(CatchPanicLayer::custom(panicked));
    if !origins.is_empty() {
        router = router.layer(cors(origins));
    }
    // What is packed waits for more to pack with it.
    let when = SizeAbove::new(COMPRESSED_FROM).and(NotForContentType::SSE);
    let compression = CompressionLayer::new().gzip(true).compress_when(when);
    router.layer(compression).layer(from_fn(watch))
}

fn cors(origins: Vec<HeaderValue>) -> CorsLayer {
    let asked = ["authorization", "content-type", "idempotency-key", "if-none-match", "last-event-id", "x-request-id"];
    let told = ["etag", "retry-after", "stats-position", "x-request-id"];
    CorsLayer::new()
        .allow_origin(origins)
        .allow_methods([Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers(asked.map(HeaderName::from_static))
        .expose_headers(told.map(HeaderName::from_static))
        .max_age(Duration::from_hours(1))
}
