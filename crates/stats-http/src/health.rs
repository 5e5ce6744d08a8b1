//! Whether the service can do its work.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use stats_store::StatsReader;

use crate::problem::Problem;

#[derive(Serialize)]
pub(crate) struct Health {
    status: &'static str,
}

pub(crate) async fn get(State(reader): State<Arc<dyn StatsReader>>) -> Result<Json<Health>, Problem> {
    reader.ping().await?;
    Ok(Json(Health { status: "ok" }))
}
