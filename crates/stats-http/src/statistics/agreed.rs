//! The question that other teams rely on, in the form that was agreed with them.

use schemars::JsonSchema;
use serde::Serialize;
use stats_store::{Answer, Totals};

use crate::operation::{Nothing, Operation, Person, bare};
use crate::problem::Problem;

/// Lifetime totals. What is not known is `null`, so that nobody takes it for 0.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Statistics {
    /// How many workouts there are.
    total_workouts: u64,
    /// Seconds of training.
    total_duration: u64,
    /// Kilocalories, of the workouts that report them.
    total_calories_burned: Option<u64>,
    /// Seconds of training of a workout on average.
    average_session_duration: Option<f64>,
}

impl From<Totals> for Statistics {
    fn from(totals: Totals) -> Self {
        Self {
            total_workouts: totals.total_workouts,
            total_duration: totals.total_duration,
            total_calories_burned: totals.total_calories_burned,
            average_session_duration: totals.average_session_duration(),
        }
    }
}

pub(super) fn operations() -> Vec<Operation> {
    let summary = "Lifetime totals, in the four names that other services rely on.";
    vec![bare("/users/{user_id}/statistics", "statistics", summary, statistics, |answer| answer.value)]
}

async fn statistics(person: Person, _: Nothing) -> Result<Answer<Statistics>, Problem> {
    Ok(person.lifetime.map(|lifetime| Totals::from(&lifetime.sums).into()))
}
