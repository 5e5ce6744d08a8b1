//! `GET /users/{user_id}/last-workout`.

use axum::extract::{Path, State};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::Value;
use workout_events::UserId;
use workout_examples::Problem;

use crate::database::Database;
use crate::problems;

pub(crate) fn routes() -> Router<Database> {
    Router::new().route("/users/{user_id}/last-workout", get(show))
}

async fn show(State(database): State<Database>, Path(user): Path<String>) -> Result<Json<Value>, Problem> {
    let title = "The id of a user is a UUID in its hyphenated form.";
    let user: UserId = user.parse().map_err(|_| Problem::bad("invalid_user_id", title))?;
    let last = database.last_workout(user).await.map_err(|error| problems::failed(&error))?;
    last.map(Json).ok_or_else(|| problems::not_found("No workout of this user is known."))
}
