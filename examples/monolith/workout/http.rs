//! The requests, and what is answered.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use workout_events::WorkoutId;
use workout_examples::{Problem, perform};

use crate::SOURCE;
use crate::database::Database;
use crate::problems;
use crate::workout::Performed;

pub(crate) fn routes() -> Router<Database> {
    Router::new().route("/workout/{id}", get(status)).route("/workout/{id}/perform", post(handle))
}

async fn handle(
    State(database): State<Database>,
    Path(workout): Path<String>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Value>, Problem> {
    let event = perform::read(SOURCE, &workout, &headers, body)?;
    let (workout, revision) = (event.data().workout_id, event.data().revision);
    // The same whether it is new or not: who has to ask again gets the answer that got lost.
    let answer = json!({ "workout_id": workout, "revision": revision, "status": "performed", "event_id": event.id() });
    match database.perform(event).await.map_err(|error| problems::failed(&error))? {
        Performed::Yes => Ok(Json(answer)),
        Performed::Differs => Err(problems::conflict(
            "This revision of the workout is known and says something else; an edit has the next revision.",
        )),
        Performed::Erased => Err(Problem::erased()),
    }
}

async fn status(State(database): State<Database>, Path(workout): Path<String>) -> Result<Json<Value>, Problem> {
    let title = "The id of a workout is a UUID in its hyphenated form.";
    let workout: WorkoutId = workout.parse().map_err(|_| Problem::bad("invalid_workout_id", title))?;
    let known = database.status(workout).await.map_err(|error| problems::failed(&error))?;
    let known = known.ok_or_else(|| problems::not_found("Nobody has performed a workout of this id."))?;
    let status = if known.is_gone { "deleted" } else { "performed" };
    Ok(Json(json!({ "workout_id": workout, "revision": known.revision, "status": status })))
}
