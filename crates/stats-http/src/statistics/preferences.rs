//! How a person counts.

use schemars::JsonSchema;
use serde::Serialize;
use stats_store::Answer;
use workout_events::ZoneName;
use workout_events::types::user::WeekStart;

use crate::operation::{Nothing, Operation, Person, about};
use crate::problem::Problem;

/// How a person counts. What was never said is `null`.
#[derive(Debug, Serialize, JsonSchema)]
struct Preferences {
    /// The hour at which the person's day begins.
    day_start_hour: u8,
    /// The first day of the person's week.
    week_start: Option<WeekStart>,
    /// Where the person lives.
    time_zone: Option<ZoneName>,
    /// What the person calls today.
    #[schemars(extend("format" = "date"))]
    today: String,
}

pub(super) fn operations() -> Vec<Operation> {
    vec![about("/v1/users/{user_id}/preferences", "preferences", "How the person counts.", preferences)]
}

async fn preferences(person: Person, _: Nothing) -> Result<Answer<Preferences>, Problem> {
    let today = person.today.to_string();
    Ok(person.lifetime.map(|lifetime| Preferences {
        day_start_hour: lifetime.preferences.day_start_hour,
        week_start: lifetime.preferences.week_start,
        time_zone: lifetime.preferences.time_zone,
        today,
    }))
}
