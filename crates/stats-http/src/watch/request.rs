//! Around every request.

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tracing::field::Empty;
use tracing::{Instrument, info_span};
use uuid::Uuid;

use super::figures::{UnderWay, answered};
use crate::problem::Code;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Gives the request an id, unless it brings one, which the answer repeats; and tells those who watch what became of it.
///
/// Neither the path nor the query is told to anybody: they hold ids of people, and what clients put there by mistake.
pub(crate) async fn watch(mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    let id = request.headers().get(&REQUEST_ID).filter(|id| is_usable(id)).cloned();
    let id = id
        .unwrap_or_else(|| HeaderValue::try_from(Uuid::now_v7().to_string()).unwrap_or(HeaderValue::from_static("-")));
    request.headers_mut().insert(REQUEST_ID, id.clone());
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map_or("none", |path| path.as_str()).to_owned();
    let span = info_span!(
        "request",
        request.id = id.to_str().unwrap_or_default(),
        http.route = route,
        http.method = method.as_str(),
        http.status = Empty
    );
    let under_way = UnderWay::new();
    let has_token = request.uri().query().is_some_and(has_token);
    let mut response =
        if has_token { Code::TokenInQuery.into_response() } else { next.run(request).instrument(span.clone()).await };
    drop(under_way);
    span.record("http.status", response.status().as_u16());
    answered(&route, &method, response.status(), began.elapsed());
    response.headers_mut().insert(REQUEST_ID, id);
    response
}

fn is_usable(id: &HeaderValue) -> bool {
    (1..=128).contains(&id.len()) && id.as_bytes().iter().all(u8::is_ascii_graphic)
}

/// Whether somebody has put a token into the address, where every proxy and every log keeps it.
fn has_token(query: &str) -> bool {
    let names = query.split('&').map(|pair| pair.split_once('=').map_or(pair, |(name, _)| name));
    names.into_iter().any(|name| TOKENS.iter().any(|token| name.eq_ignore_ascii_case(token)))
}

const TOKENS: [&str; 9] =
    ["access_token", "api_key", "apikey", "auth", "authorization", "bearer", "id_token", "jwt", "token"];
