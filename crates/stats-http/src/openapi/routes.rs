//! Where the document and the page are found.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;

use super::page;
use crate::operation::{Operation, Output, open};
use crate::state::Shared;

/// Both as they are sent, made once.
#[derive(Debug, Clone)]
pub(crate) struct Documents {
    json: Bytes,
    page: Bytes,
}

impl Documents {
    pub(crate) fn new(operations: &[Operation]) -> Self {
        let document = super::document(operations);
        Self { json: document.to_string().into(), page: page::render(&document).into() }
    }
}

pub(crate) fn operations() -> Vec<Operation> {
    vec![
        open("/openapi.json", "openapi", "This document.", Output::Text("application/json"), get(json)),
        open("/docs", "docs", "This document as a page.", Output::Text("text/html"), get(html)),
        open("/docs.css", "docs_style", "How the page looks.", Output::Text("text/css"), get(style)),
    ]
}

async fn json(State(shared): State<Shared>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], shared.documents.json.clone())
}

async fn html(State(shared): State<Shared>) -> impl IntoResponse {
    let policy = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    let headers = [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CONTENT_SECURITY_POLICY, policy)];
    (headers, shared.documents.page.clone())
}

async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], page::STYLE)
}
