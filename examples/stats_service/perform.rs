//! `POST /workout/{id}/perform`: what the monolith and the coach would do, for trying the service out.
//!
//! The answer comes after the store has committed. So what was answered with success is kept, although the broker
//! inside the process keeps nothing.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Map, Value, json};
use stats_store::Effect;
use tokio::time::timeout;
use tracing::warn;
use workout_events::{Decoder, Event, MAX_MESSAGE_BYTES, Violations, WorkoutId, WorkoutPerformed};
use workout_publisher::{Outcome, Publisher};

use crate::receipts::Receipts;

/// Who says so, in the envelope.
const SOURCE: &str = "/stats-service";

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
    State(perform): State<Perform>,
    Path(workout): Path<String>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let event = match read(&workout, &headers, body) {
        Ok(event) => event,
        Err(problem) => return problem.into_response(),
    };
    match perform.store(&event).await {
        Ok(effect) => Json(json!({ "event_id": event.id(), "effect": effect })).into_response(),
        Err(problem) => problem.into_response(),
    }
}

impl Perform {
    async fn store(&self, event: &Event<WorkoutPerformed>) -> Result<&'static str, Problem> {
        let mut receipt = self.receipts.expect(event.id());
        match self.publisher.publish(event).await {
            Ok(Outcome::Confirmed) => {}
            Ok(outcome) => {
                warn!(event_id = %event.id(), ?outcome, "an event was not confirmed");
                return Err(Problem::try_again());
            }
            Err(error) => {
                warn!(event_id = %event.id(), error = &error as &dyn std::error::Error, "an event was not published");
                return Err(Problem::try_again());
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
            Ok(_) | Err(_) => Err(Problem::try_again()),
        }
    }
}

/// The event that the request is about, or what is wrong with it.
fn read(
    workout: &str,
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Event<WorkoutPerformed>, Problem> {
    let bad = |code, title| Problem::new(StatusCode::BAD_REQUEST, code, title);
    let workout: WorkoutId = workout
        .parse()
        .map_err(|_| bad("invalid_workout_id", "The id of a workout is a UUID in its hyphenated form."))?;
    // A page of a stranger can make a browser send other types here, but not this one.
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if content_type.split(';').next().map(str::trim) != Some("application/json") {
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        return Err(Problem::new(status, "unsupported_media_type", "The body has to be application/json."));
    }
    let body = body.map_err(|rejected| Problem::new(rejected.status(), "invalid_body", "The body cannot be read."))?;
    let mut data: Map<String, Value> =
        serde_json::from_slice(&body).map_err(|_| bad("invalid_json", "The body has to be a JSON object."))?;
    if data.insert("workout_id".to_owned(), json!(workout)).is_some_and(|said| said != json!(workout)) {
        return Err(bad("workout_id_differs", "The body names another workout than the path."));
    }
    data.entry("revision").or_insert(json!(1));
    event(&data)
}

/// As strict as a reader of messages, and stricter with unknown fields: a person who types has made a mistake.
fn event(data: &Map<String, Value>) -> Result<Event<WorkoutPerformed>, Problem> {
    let body = serde_json::to_vec(data).map_err(|_| Problem::try_again())?;
    Decoder::new()
        .deny_unknown_fields()
        .decode_data::<WorkoutPerformed>(&body)
        .and_then(|performed| Event::new(SOURCE, performed))
        .map_err(|violations| Problem::invalid(&violations))
}

/// RFC 9457.
struct Problem {
    status: StatusCode,
    body: Value,
}

impl Problem {
    fn new(status: StatusCode, code: &'static str, title: &'static str) -> Self {
        Self { status, body: json!({ "status": status.as_u16(), "code": code, "title": title }) }
    }

    fn invalid(violations: &Violations) -> Self {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        let mut problem = Self::new(status, "invalid_workout", "The workout breaks the contract.");
        problem.body["violations"] = json!(violations);
        problem
    }

    fn try_again() -> Self {
        let title = "The workout is not known to be stored; sending the same again is safe.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "not_stored", title)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let content_type = [(header::CONTENT_TYPE, "application/problem+json")];
        (self.status, content_type, self.body.to_string()).into_response()
    }
}
