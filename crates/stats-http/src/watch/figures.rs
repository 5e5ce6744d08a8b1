//! Figures, through the facade `metrics`.

use std::time::Duration;

use axum::http::{Method, StatusCode};

/// What became of a request. `route` is the path with its names, never with what stands for them.
pub(super) fn answered(route: &str, method: &Method, status: StatusCode, took: Duration) {
    let method = if KNOWN.contains(method) { method.as_str().to_owned() } else { "other".to_owned() };
    let (route, status) = (route.to_owned(), status.as_u16().to_string());
    metrics::counter!("stats_http_requests_total", "route" => route.clone(), "method" => method, "status" => status)
        .increment(1);
    metrics::histogram!("stats_http_request_seconds", "route" => route).record(took);
}

/// A client may send any method: only these are labels.
const KNOWN: [Method; 7] =
    [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS];

/// A request that is being answered, as long as this lives.
pub(super) struct UnderWay(());

impl UnderWay {
    pub(super) fn new() -> Self {
        metrics::gauge!("stats_http_under_way_requests").increment(1);
        Self(())
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        metrics::gauge!("stats_http_under_way_requests").decrement(1);
    }
}
