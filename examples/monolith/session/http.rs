//! The requests, and what is answered.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Json, Router};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use workout_events::SessionId;
use workout_examples::{Problem, perform};

use crate::database::Database;
use crate::problems;
use crate::session::end::Ended;
use crate::session::start::Started;

pub(crate) fn routes() -> Router<Database> {
    Router::new().route("/workouts/start", post(start)).route("/workouts/{session_id}/end", post(end))
}

async fn start(
    State(database): State<Database>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let title = "A session has a user_id and a workout_type, and may have a time_zone and a session_id.";
    let start = read(&headers, body, title)?;
    match database.start(start).await.map_err(|error| problems::failed(&error))? {
        Started::Yes(started) => {
            let answer = json!({ "session_id": started.session_id, "start_time": started.started_at });
            Ok((StatusCode::CREATED, Json(answer)))
        }
        Started::Differs => Err(problems::conflict("There is another session of this id.")),
        Started::Erased => Err(Problem::erased()),
    }
}

async fn end(
    State(database): State<Database>,
    Path(session): Path<String>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Value>, Problem> {
    let title = "The id of a session is a UUID in its hyphenated form.";
    let session: SessionId = session.parse().map_err(|_| Problem::bad("invalid_session_id", title))?;
    let end = read(&headers, body, "The end of a session has an end_time, and may have calories_burned.")?;
    match database.end(session, end).await.map_err(|error| problems::failed(&error))? {
        Ended::Yes(ended) => Ok(Json(json!({
            "session_id": ended.session_id,
            "duration": ended.duration_s,
            "calories_burned": ended.energy_kcal,
        }))),
        Ended::Unknown => Err(problems::not_found("There is no session of this id.")),
        Ended::Differs => Err(problems::conflict("The workout of this session was performed before, as another one.")),
        Ended::Refused(violations) => Err(Problem::invalid(&violations)),
    }
}

/// The body as what it has to be; `title` says what that is.
fn read<T: DeserializeOwned>(
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
    title: &'static str,
) -> Result<T, Problem> {
    let object = perform::object(headers, body)?;
    serde_json::from_value(Value::Object(object))
        .map_err(|_| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_body", title))
}
