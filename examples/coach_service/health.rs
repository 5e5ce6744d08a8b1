//! Whether it lives, whether it can work, and what it has counted.

use std::error::Error;
use std::time::Duration;

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use metrics_exporter_prometheus::PrometheusHandle;
use serde_json::{Value, json};
use tokio::time::timeout;
use tracing::warn;
use workout_consumer::ConsumerHealth;
use workout_examples::Problem;

use crate::problems;
use crate::store::Store;

/// A database that takes longer does not answer.
const PING_WITHIN: Duration = Duration::from_secs(2);

#[derive(Clone)]
struct Parts {
    store: Store,
    consumers: [ConsumerHealth; 2],
    figures: PrometheusHandle,
}

pub(crate) fn routes(store: Store, consumers: [ConsumerHealth; 2], figures: PrometheusHandle) -> Router {
    Router::new()
        .route("/healthz", get(async || Json(json!({ "status": "ok" }))))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .with_state(Parts { store, consumers, figures })
}

async fn ready(State(parts): State<Parts>) -> Result<Json<Value>, Problem> {
    if let Some(consumer) = parts.consumers.iter().find(|consumer| !consumer.is_ready()) {
        warn!(state = ?consumer.state(), "a consumer does not consume");
        return Err(problems::not_ready());
    }
    match timeout(PING_WITHIN, parts.store.ping()).await {
        Ok(Ok(())) => Ok(Json(json!({ "status": "ok" }))),
        Ok(Err(error)) => {
            warn!(error = &error as &dyn Error, "the database does not answer");
            Err(problems::not_ready())
        }
        Err(_) => Err(problems::not_ready()),
    }
}

async fn metrics(State(parts): State<Parts>) -> impl IntoResponse {
    let content_type = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    (content_type, parts.figures.render())
}
