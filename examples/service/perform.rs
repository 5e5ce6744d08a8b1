//! What `POST /workout/{id}/perform` says, read as the event that follows from it.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, StatusCode, header};
use serde_json::{Map, Value, json};
use workout_events::{Decoder, Event, WorkoutId, WorkoutPerformed};

use super::Problem;

/// The body is the data of `workout.performed` without its `workout_id`, which the path has; a `revision` that is not
/// said is 1. `source` is that of the envelope, such as `/coach`.
///
/// The same request is the same event, with the same id, whoever reads it.
///
/// # Errors
/// What is wrong with the request.
pub fn read(
    source: &str,
    workout: &str,
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Event<WorkoutPerformed>, Problem> {
    let bad = |code, title| Problem::new(StatusCode::BAD_REQUEST, code, title);
    let workout: WorkoutId = workout
        .parse()
        .map_err(|_| bad("invalid_workout_id", "The id of a workout is a UUID in its hyphenated form."))?;
    let mut data = object(headers, body)?;
    if data.insert("workout_id".to_owned(), json!(workout)).is_some_and(|said| said != json!(workout)) {
        return Err(bad("workout_id_differs", "The body names another workout than the path."));
    }
    data.entry("revision").or_insert(json!(1));
    // As strict as a reader of messages, and stricter with unknown fields: a person who types has made a mistake.
    Decoder::new()
        .deny_unknown_fields()
        .decode_data::<WorkoutPerformed>(Value::Object(data).to_string().as_bytes())
        .and_then(|performed| Event::new(source, performed))
        .map_err(|violations| Problem::invalid(&violations))
}

/// The JSON object that a request brings.
///
/// # Errors
/// When it brings something else. A page of a stranger can make a browser send other types here, but not this one.
pub fn object(headers: &HeaderMap, body: Result<Bytes, BytesRejection>) -> Result<Map<String, Value>, Problem> {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if content_type.split(';').next().map(str::trim) != Some("application/json") {
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        return Err(Problem::new(status, "unsupported_media_type", "The body has to be application/json."));
    }
    let body = body.map_err(|rejected| Problem::new(rejected.status(), "invalid_body", "The body cannot be read."))?;
    let title = "The body has to be a JSON object.";
    serde_json::from_slice(&body).map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "invalid_json", title))
}
