//! Whether a service lives, whether it can work, and what it has counted.

use std::error::Error;
use std::time::Duration;

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use metrics_exporter_prometheus::PrometheusHandle;
use serde_json::{Value, json};
use sqlx::postgres::PgPool;
use tokio::time::timeout;
use tracing::warn;
use workout_consumer::ConsumerHealth;

use super::{Problem, database};

/// A database that takes longer does not answer.
const PING_WITHIN: Duration = Duration::from_secs(2);

#[derive(Clone)]
struct Parts {
    pool: PgPool,
    consumers: Vec<ConsumerHealth>,
    figures: PrometheusHandle,
}

/// `/healthz`, `/readyz` and `/metrics` of a service with a database and consumers.
pub fn routes(pool: PgPool, consumers: Vec<ConsumerHealth>, figures: PrometheusHandle) -> Router {
    Router::new()
        .route("/healthz", get(async || Json(json!({ "status": "ok" }))))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .with_state(Parts { pool, consumers, figures })
}

async fn ready(State(parts): State<Parts>) -> Result<Json<Value>, Problem> {
    if let Some(consumer) = parts.consumers.iter().find(|consumer| !consumer.is_ready()) {
        warn!(state = %consumer.state(), "a consumer does not consume");
        return Err(Problem::not_ready());
    }
    match timeout(PING_WITHIN, database::ping(&parts.pool)).await {
        Ok(Ok(())) => Ok(Json(json!({ "status": "ok" }))),
        Ok(Err(error)) => {
            warn!(error = &error as &dyn Error, "the database does not answer");
            Err(Problem::not_ready())
        }
        Err(_) => Err(Problem::not_ready()),
    }
}

async fn metrics(State(parts): State<Parts>) -> impl IntoResponse {
    let content_type = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    (content_type, parts.figures.render())
}
