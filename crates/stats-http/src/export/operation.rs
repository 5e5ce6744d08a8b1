//! The file as an answer of the API.

use axum::http::request::Parts;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stats_store::Answer;
use workout_events::types::user::Units;

use super::{Download, Format, Order, Taker};
use crate::live::Door;
use crate::operation::{Date, Operation, Person, Span, file};
use crate::problem::{Code, Problem};
use crate::statistics::{Sums, WholeWorkout};

/// All workouts of some days.
#[derive(Serialize, JsonSchema)]
struct Exported {
    /// The sums over them.
    sums: Sums,
    /// The workouts, the last one first.
    workouts: Vec<WholeWorkout>,
}

/// Which file.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// In which form.
    format: Format,
    /// The first day. Absent means: since ever.
    from: Option<Date>,
    /// The last day. Absent means: for ever.
    to: Option<Date>,
    /// The units of loads and distances in the forms of other apps. Absent means: those that the person reads.
    units: Option<Units>,
}

pub(crate) fn operations() -> Vec<Operation> {
    let summary = "The workouts of some days as a file, the last one first.";
    let texts = &["text/csv", "application/x-ndjson"];
    vec![file::<Asked, Exported, _, _>("/v1/users/{user_id}/export", "export", summary, texts, export).may(&[
        Code::InvalidRange,
        Code::TooManyStreams,
        Code::NoPlace,
    ])]
}

async fn export(person: Person, request: Parts, asked: Asked) -> Result<Answer<Download>, Problem> {
    let days = Span(asked.from, asked.to).or_all()?;
    let order = Order { user: person.user, days, format: asked.format, units: asked.units };
    let Person { shared, viewer, user, .. } = person;
    let door = Door::new(shared.clone(), request.clone(), viewer, user);
    let taker = Taker::of(&shared.downloads, Some(door), &request)?;
    Ok(order.begin(shared.reader.clone(), taker).await?)
}
