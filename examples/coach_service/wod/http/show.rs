//! What became of requests, and the workouts themselves.

use std::error::Error;
use std::str::FromStr;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use serde::Serialize;
use serde_json::value::RawValue;
use tracing::warn;
use workout_examples::Problem;

use crate::problems;
use crate::store::{DatabaseError, Store};
use crate::wod::http::query::Parameters;

/// How many workouts are on a page.
const USUAL: i64 = 20;
const MOST: i64 = 100;

type Shown = Json<Box<RawValue>>;

/// A page of workouts, newest first.
#[derive(Serialize)]
pub(super) struct Wods {
    wods: Vec<Box<RawValue>>,
}

pub(super) async fn request(State(store): State<Store>, Path(request): Path<String>) -> Result<Shown, Problem> {
    found(store.request(id(&request)?).await)
}

pub(super) async fn wod(State(store): State<Store>, Path(wod): Path<String>) -> Result<Shown, Problem> {
    found(store.wod(id(&wod)?).await)
}

pub(super) async fn wods(
    State(store): State<Store>,
    Path(user): Path<String>,
    query: Result<Query<Vec<(String, String)>>, QueryRejection>,
) -> Result<Json<Wods>, Problem> {
    const BEFORE: &str = "A page ends before a workout of this user, whose id is a UUID.";
    let parameters = Parameters::read(query, &["limit", "before"])?;
    let before = parameters.get("before", "invalid_before", BEFORE)?;
    let wods =
        store.wods(id(&user)?, before, parameters.limit(USUAL, MOST)?).await.map_err(|error| unreadable(&error))?;
    Ok(Json(Wods { wods: wods.ok_or_else(|| Problem::bad("invalid_before", BEFORE))? }))
}

fn id<T: FromStr>(text: &str) -> Result<T, Problem> {
    text.parse().map_err(|_| Problem::bad("invalid_id", "An id is a UUID in its hyphenated form."))
}

fn found(shown: Result<Option<Box<RawValue>>, DatabaseError>) -> Result<Shown, Problem> {
    shown.map_err(|error| unreadable(&error))?.map(Json).ok_or_else(problems::not_found)
}

fn unreadable(error: &DatabaseError) -> Problem {
    warn!(error = error as &dyn Error, "the tables cannot be read");
    Problem::not_ready()
}
