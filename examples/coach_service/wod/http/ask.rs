//! `POST /users/{user}/wods`: a person asks for a workout of the day.

use std::error::Error;

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use serde_json::{Map, Value, json};
use tracing::{info, warn};
use workout_events::jiff::civil::Date;
use workout_events::types::wod::WodRequested;
use workout_events::{Decoder, UserId, WodRequestId};
use workout_examples::{Problem, perform};

use crate::problems;
use crate::store::Store;
use crate::wod::requests::Asked;

/// What makes two requests the same one, in the hand of whoever asks.
const KEY: &str = "idempotency-key";

const DAY: &str = "A day is written as 2026-11-21.";

pub(super) async fn handle(
    State(store): State<Store>,
    Path(user): Path<String>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<impl IntoResponse, Problem> {
    let user = user
        .parse()
        .map_err(|_| Problem::bad("invalid_user_id", "The id of a user is a UUID in its hyphenated form."))?;
    let wanted = read(user, perform::object(&headers, body)?, key(&headers)?)?;
    let request_id = wanted.request_id;
    match store.ask(wanted).await {
        Ok(asked @ (Asked::New | Asked::Known)) => {
            info!(%request_id, ?asked, "a workout of the day was requested");
            let location = [(header::LOCATION, format!("/wods/requests/{request_id}"))];
            Ok((StatusCode::ACCEPTED, location, Json(json!({ "request_id": request_id }))))
        }
        Ok(Asked::Differs) => Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "request_reused",
            "The same key or day was used before, with another seed, deadline or other constraints.",
        )),
        Ok(Asked::Erased) => Err(Problem::erased()),
        Err(error) => {
            warn!(%request_id, error = &error as &dyn Error, "a request was not stored");
            Err(problems::not_stored())
        }
    }
}

/// The request that the body asks for. Its identity follows from the day or from the key, if there is one.
fn read(user: UserId, mut data: Map<String, Value>, key: Option<&str>) -> Result<WodRequested, Problem> {
    let day = data.remove("day").map(|day| day.as_str().and_then(|day| day.parse::<Date>().ok()).ok_or(())).transpose();
    let day = day.map_err(|()| Problem::bad("invalid_day", DAY))?;
    if data.contains_key("request_id") || data.contains_key("user_id") {
        return Err(Problem::bad(
            "not_yours_to_say",
            "The id of the request is made here, and the path has that of the user.",
        ));
    }
    let request_id = match (day, key) {
        (Some(_), Some(_)) => {
            return Err(Problem::bad("day_and_key", "A day and a key are two identities; leave one out."));
        }
        (Some(day), None) => WodRequested::of_day(user, day).request_id,
        (None, Some(key)) => WodRequestId::from_foreign(KEY, &format!("{user}:{key}")),
        (None, None) => WodRequestId::generate(),
    };
    data.insert("request_id".to_owned(), json!(request_id));
    data.insert("user_id".to_owned(), json!(user));
    data.entry("seed").or_insert_with(|| json!(WodRequested::seed_of(request_id)));
    // A person who types a field that nobody knows has made a mistake.
    Decoder::new().deny_unknown_fields().decode_data(Value::Object(data).to_string().as_bytes()).map_err(|violations| {
        let title = "The request breaks the contract.";
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_request", title).because(&violations)
    })
}

fn key(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let wrong = || Problem::bad("invalid_idempotency_key", "The key is one of 1 to 255 visible ASCII characters.");
    let mut keys = headers.get_all(KEY).iter();
    let Some(key) = keys.next() else { return Ok(None) };
    let key = key.to_str().map_err(|_| wrong())?;
    let is_fine = (1..=255).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    if is_fine && keys.next().is_none() { Ok(Some(key)) } else { Err(wrong()) }
}
