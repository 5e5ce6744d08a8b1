//! Days and weeks in a row.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stats_store::{Answer, Schedule};
use workout_events::types::user::WeekStart;

use crate::operation::{Operation, Person, about};
use crate::problem::Problem;

/// Days and weeks in a row, as of today.
#[derive(Debug, Serialize, JsonSchema)]
struct Streaks {
    /// What the person calls today.
    #[schemars(extend("format" = "date"))]
    today: String,
    /// Days in a row until today. As long as today is without a workout, those until yesterday.
    days: Streak,
    /// The most days in a row that there ever were.
    longest_days: Streak,
    /// Weeks in a row until this one, likewise.
    weeks: Streak,
    /// The most weeks in a row.
    longest_weeks: Streak,
}

/// So many in a row.
#[derive(Debug, Serialize, JsonSchema)]
struct Streak {
    /// How many.
    length: u32,
    /// The first day, or the first day of the first week.
    #[schemars(extend("format" = "date"))]
    first_day: Option<String>,
    /// The last day, or the first day of the last week.
    #[schemars(extend("format" = "date"))]
    last_day: Option<String>,
}

impl From<stats_store::Streak> for Streak {
    fn from(streak: stats_store::Streak) -> Self {
        Self {
            length: streak.length,
            first_day: streak.first_day.map(|day| day.to_string()),
            last_day: streak.last_day.map(|day| day.to_string()),
        }
    }
}

/// How weeks are counted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// The first day of the week. Absent means: as the person has it.
    week_start: Option<WeekStart>,
}

pub(super) fn operations() -> Vec<Operation> {
    vec![about("/v1/users/{user_id}/streaks", "streaks", "Days and weeks in a row.", streaks)]
}

async fn streaks(person: Person, asked: Asked) -> Result<Answer<Streaks>, Problem> {
    let week_start = person.week_start(asked.week_start);
    let found = person.reader().streaks(person.user, person.today, week_start, Schedule::DAILY).await?;
    Ok(found.map(|found| Streaks {
        today: person.today.to_string(),
        days: found.days.into(),
        longest_days: found.longest_days.into(),
        weeks: found.weeks.into(),
        longest_weeks: found.longest_weeks.into(),
    }))
}
