//! `POST /workout/{id}/perform`: what the monolith and the coach would do, for trying the service out.
//!
//! The answer comes after the store has committed. So what was answered with success is kept, although the broker
//! inside the process keeps nothing.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Extension, Json, Router};
use serde_json::json;
use stats_http::Identity;
use stats_store::Effect;
use tokio::time::timeout;
use tracing::warn;
use workout_events::{Event, MAX_MESSAGE_BYTES, WorkoutPerformed};
use workout_examples::{Problem, perform};
use workout_publisher::{Outcome, Publisher};

use crate::parts::SOURCE;
use crate::receipts::Receipts;

/// How long a request may wait for its event to be stored.
const LIMIT: Duration = Duration::from_secs(10);

#[derive(Clone)]
pub(crate) struct Perform {
    pub(crate) publisher: Publisher,
    pub(crate) receipts: Receipts,
}

pub(crate) fn router(perform: Perform) -> Router {
    Router::new()
        .route("/workout/{id}/perform", post(handle))
        .layer(DefaultBodyLimit::max(MAX_MESSAGE_BYTES))
        .with_state(perform)
}

async fn handle(
    State(performing): State<Perform>,
    Extension(who): Extension<Identity>,
    Path(workout): Path<String>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let event = match perform::read(SOURCE, &workout, &headers, body) {
        Ok(event) => event,
        Err(problem) => return problem.into_response(),
    };
    if !who.is_admin() && who.user_id() != Some(event.data().user_id) {
        let title = "A workout is told by whoever performed it.";
        return Problem::new(StatusCode::FORBIDDEN, "forbidden", title).into_response();
    }
    match performing.store(&event).await {
        Ok(effect) => Json(json!({ "event_id": event.id(), "effect": effect })).into_response(),
        Err(problem) => problem.into_response(),
    }
}

impl Perform {
    /// Publishes, and waits for the store.
    pub(crate) async fn store(&self, event: &Event<WorkoutPerformed>) -> Result<&'static str, Problem> {
        let mut receipt = self.receipts.expect(event);
        match self.publisher.publish(event).await {
            Ok(Outcome::Confirmed) => {}
            Ok(outcome) => {
                warn!(event_id = %event.id(), ?outcome, "an event was not confirmed");
                return Err(try_again());
            }
            Err(error) => {
                warn!(event_id = %event.id(), error = &error as &dyn std::error::Error, "an event was not published");
                return Err(try_again());
            }
        }
        match timeout(LIMIT, receipt.effect()).await {
            Ok(Some(Effect::Applied)) => Ok("applied"),
            Ok(Some(Effect::Superseded)) => Ok("superseded"),
            Ok(Some(Effect::Duplicate)) => Ok("duplicate"),
            Ok(Some(Effect::Conflict)) => Err(Problem::new(
                StatusCode::CONFLICT,
                "conflict",
                "This revision of the workout is known and says something else; an edit has the next revision.",
            )),
            Ok(_) | Err(_) => Err(try_again()),
        }
    }
}

fn try_again() -> Problem {
    let title = "The workout is not known to be stored; sending the same again is safe.";
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not_stored", title)
}
