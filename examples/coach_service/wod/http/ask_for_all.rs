//! `POST /wods/requests?day=2026-11-21`: a workout of this day for everybody whom the coach knows, a page of them at a time.

use std::error::Error;

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, QueryRejection};
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use serde_json::{Value, json};
use tracing::{info, warn};
use workout_events::jiff::civil::Date;
use workout_examples::{Problem, perform};

use crate::problems;
use crate::store::Store;
use crate::wod::http::query::Parameters;

/// Each page is a transaction, so it is small.
const PEOPLE: i64 = 500;

pub(super) async fn handle(
    State(store): State<Store>,
    query: Result<Query<Vec<(String, String)>>, QueryRejection>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Value>, Problem> {
    let parameters = Parameters::read(query, &["day", "after", "limit"])?;
    // Empty, but JSON: no page of a stranger can make a browser send that.
    if !perform::object(&headers, body)?.is_empty() {
        return Err(Problem::bad("invalid_body", "The body is an empty JSON object; the query says what is wanted."));
    }
    let day: Option<Date> = parameters.get("day", "invalid_day", "A day is written as 2026-11-21.")?;
    let day =
        day.ok_or_else(|| Problem::bad("invalid_day", "The query has to name the day, as in ?day=2026-11-21."))?;
    let after = parameters.get("after", "invalid_user_id", "A page begins after a user, whose id is a UUID.")?;
    let page = store.ask_for_all(day, after, parameters.limit(PEOPLE, PEOPLE)?).await.map_err(|error| {
        warn!(%day, error = &error as &dyn Error, "the workouts of a day were not requested");
        problems::not_stored()
    })?;
    info!(%day, people = page.people, requested = page.requested, left = page.left, "workouts of a day were requested");
    Ok(Json(json!({
        "day": day.to_string(),
        "people": page.people,
        "requested": page.requested,
        "left": page.left,
        "next": page.last,
    })))
}
