//! The request, and what is answered.

use std::error::Error;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};
use tracing::{info, warn};
use workout_events::MAX_MESSAGE_BYTES;
use workout_examples::{Problem, perform};

use crate::SOURCE;
use crate::perform::store::Performed;
use crate::problems;
use crate::store::Store;

pub(crate) fn routes() -> Router<Store> {
    let perform = post(handle).layer(DefaultBodyLimit::max(MAX_MESSAGE_BYTES));
    Router::new().route("/workout/{id}/perform", perform)
}

async fn handle(
    State(store): State<Store>,
    Path(workout): Path<String>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Value>, Problem> {
    let event = perform::read(SOURCE, &workout, &headers, body)?;
    let (id, workout, revision) = (event.id(), event.data().workout_id, event.data().revision);
    // The same whether it is new or not: who has to ask again gets the answer that got lost.
    let answer = json!({ "workout_id": workout, "revision": revision, "status": "performed", "event_id": id });
    match store.perform(event).await {
        Ok(Performed::New) => {
            info!(workout_id = %workout, revision, event_id = %id, "a workout was performed");
            Ok(Json(answer))
        }
        Ok(Performed::Known) => Ok(Json(answer)),
        Ok(Performed::Differs) => Err(Problem::new(
            StatusCode::CONFLICT,
            "conflict",
            "The workout is somebody else's, or this revision of it is known and says something else; an edit has the next \
             revision.",
        )),
        Ok(Performed::Erased) => Err(Problem::erased()),
        Err(error) => {
            warn!(workout_id = %workout, error = &error as &dyn Error, "a workout was not stored");
            Err(problems::not_stored())
        }
    }
}
