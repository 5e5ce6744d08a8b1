//! `/healthz` and `/readyz`.

use axum::Json;
use axum::extract::State;
use axum::routing::get;
use schemars::{JsonSchema, SchemaGenerator};
use serde::Serialize;

use crate::operation::{Operation, Output, open};
use crate::problem::{Code, Problem};
use crate::state::Shared;

/// It is.
#[derive(Debug, Serialize, JsonSchema)]
struct Health {
    /// `ok`.
    status: &'static str,
}

pub(crate) fn operations() -> Vec<Operation> {
    let health = Output::Json(SchemaGenerator::subschema_for::<Health>);
    vec![
        open("/healthz", "healthz", "Whether the process answers at all.", health, get(alive)),
        open("/readyz", "readyz", "Whether every part of the service works.", health, get(ready))
            .may(&[Code::NotReady]),
    ]
}

async fn alive() -> Json<Health> {
    Json(Health { status: "ok" })
}

async fn ready(State(shared): State<Shared>) -> Result<Json<Health>, Problem> {
    match shared.reader.ping().await {
        Ok(()) => Ok(Json(Health { status: "ok" })),
        Err(_) => Err(Problem::not_ready(vec!["store".to_owned()])),
    }
}
