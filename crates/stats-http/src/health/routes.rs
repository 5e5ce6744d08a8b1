//! `/healthz`, `/readyz` and `/metrics`.

use std::error::Error;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use schemars::{JsonSchema, SchemaGenerator};
use serde::Serialize;
use tokio::time::timeout;
use tracing::warn;

use crate::operation::{Operation, Output, open};
use crate::problem::{Code, Problem};
use crate::state::Shared;

/// It is.
#[derive(Debug, Serialize, JsonSchema)]
struct Health {
    /// `ok`.
    status: &'static str,
}

/// A store that takes longer does not answer.
const PING_WITHIN: Duration = Duration::from_secs(2);

pub(crate) const ALIVE: &str = "/healthz";

/// Only where the host has figures.
pub(crate) const METRICS: &str = "/metrics";

pub(crate) fn operations() -> Vec<Operation> {
    let health = Output::Json(SchemaGenerator::subschema_for::<Health>);
    let figures = Output::Text("text/plain");
    vec![
        open(ALIVE, "healthz", "Whether the process answers at all.", health, get(alive)),
        open("/readyz", "readyz", "Whether every part of the service works.", health, get(ready))
            .may(&[Code::NotReady]),
        open(METRICS, "metrics", "Figures in the text format of Prometheus.", figures, get(metrics)),
    ]
}

async fn alive() -> Json<Health> {
    Json(Health { status: "ok" })
}

async fn ready(State(shared): State<Shared>) -> Result<Json<Health>, Problem> {
    let mut dead = Vec::new();
    match timeout(PING_WITHIN, shared.reader.ping()).await {
        Ok(Ok(())) => {}
        Ok(Err(failed)) => {
            warn!(error = &failed as &dyn Error, "the store does not answer");
            dead.push("store".to_owned());
        }
        Err(_) => dead.push("store".to_owned()),
    }
    dead.extend(shared.parts.iter().filter(|part| !(part.works)()).map(|part| part.name.clone()));
    if dead.is_empty() { Ok(Json(Health { status: "ok" })) } else { Err(Problem::not_ready(dead)) }
}

async fn metrics(State(shared): State<Shared>) -> Response {
    match &shared.figures {
        Some(figures) => {
            ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], (figures.0)()).into_response()
        }
        None => Code::NotFound.into_response(),
    }
}
