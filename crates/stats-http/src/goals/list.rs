//! How goals stand.

use schemars::JsonSchema;
use serde::Serialize;
use stats_store::{Answer, GoalStanding, GoalStatus};
use workout_events::types::goal::{GoalMetric, GoalPeriod};
use workout_events::{ActivityType, GoalId};

use crate::operation::{Nothing, Operation, Person, about};
use crate::problem::Problem;

/// A goal, and how far it has come.
#[derive(Debug, Serialize, JsonSchema)]
#[expect(clippy::struct_field_names, reason = "the names are those of the answer")]
struct Goal {
    /// The goal.
    goal_id: GoalId,
    /// What the person calls it.
    title: Option<String>,
    /// What is measured.
    metric: GoalMetric,
    /// How much is wanted, in the unit of the metric.
    target: i64,
    /// How often it begins anew.
    period: GoalPeriod,
    /// Only this activity counts.
    activity_type: Option<ActivityType>,
    /// Only this exercise counts.
    exercise_id: Option<String>,
    /// How it stands.
    status: Status,
    /// How much there is.
    value: i64,
    /// The first of the days that count now.
    #[schemars(extend("format" = "date"))]
    first_day: String,
    /// The last of them; `null` where there is no end.
    #[schemars(extend("format" = "date"))]
    last_day: Option<String>,
    /// How much there will be on the last day, as things go; `null` where that says nothing.
    forecast: Option<i64>,
    /// The day on which it will be reached, as things go.
    #[schemars(extend("format" = "date"))]
    expected_on: Option<String>,
    /// In how many stretches it was reached.
    achieved_times: usize,
}

/// How a goal stands.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Status {
    /// It has not begun.
    Upcoming,
    /// It can be reached in time as things go.
    OnTrack,
    /// As things go it will not be reached in time.
    AtRisk,
    /// It is reached, in this stretch.
    Achieved,
    /// Its time is over, and it was not reached.
    Missed,
    /// The person gave it up.
    Cancelled,
    /// Something that this version does not know.
    Other,
}

impl From<GoalStatus> for Status {
    fn from(status: GoalStatus) -> Self {
        match status {
            GoalStatus::Upcoming => Self::Upcoming,
            GoalStatus::OnTrack => Self::OnTrack,
            GoalStatus::AtRisk => Self::AtRisk,
            GoalStatus::Achieved => Self::Achieved,
            GoalStatus::Missed => Self::Missed,
            GoalStatus::Cancelled => Self::Cancelled,
            _ => Self::Other,
        }
    }
}

impl From<GoalStanding> for Goal {
    fn from(standing: GoalStanding) -> Self {
        let GoalStanding { goal, days, value, status, forecast, expected_on, achieved_times, .. } = standing;
        let last_day = Some(days.last).filter(|day| *day < stats_store::Day::MAX);
        Self {
            goal_id: goal.goal_id,
            title: goal.title,
            metric: goal.metric,
            target: goal.target,
            period: goal.period,
            activity_type: goal.activity_type,
            exercise_id: goal.exercise_id,
            status: status.into(),
            value,
            first_day: days.first.to_string(),
            last_day: last_day.map(|day| day.to_string()),
            forecast,
            expected_on: expected_on.map(|day| day.to_string()),
            achieved_times,
        }
    }
}

pub(super) fn operations() -> Vec<Operation> {
    vec![about("/v1/users/{user_id}/goals", "goals", "Goals, how far they have come and how far they will.", goals)]
}

async fn goals(person: Person, _: Nothing) -> Result<Answer<Vec<Goal>>, Problem> {
    let found = person.reader().goals(person.user, person.today).await?;
    Ok(found.map(|found| found.into_iter().map(Goal::from).collect()))
}
