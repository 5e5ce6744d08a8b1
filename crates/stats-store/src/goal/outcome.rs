//! What became of a goal in one stretch of days.

use serde::Serialize;
use workout_events::jiff::Timestamp;
use workout_events::{GoalId, WorkoutId};

use super::rows::Row;
use crate::error::{Kind, StoreError};
use crate::number::Day;
use crate::query::Days;
use crate::table::Value;

/// A stretch in which a goal was reached, or after which it was told that it was not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Outcome {
    /// The goal.
    pub goal_id: GoalId,
    /// The days of the stretch.
    pub days: Days,
    /// Whether it was reached.
    pub achieved: bool,
    /// What was wanted.
    pub target: i64,
    /// What there was when it was reached, or when it was missed.
    pub value: i64,
    /// When the workout ended that reached it.
    #[serde(serialize_with = "time")]
    pub achieved_at: Option<Timestamp>,
    /// The workout that reached it.
    pub workout_id: Option<WorkoutId>,
}

#[expect(clippy::ref_option, reason = "serde calls it so")]
fn time<S: serde::Serializer>(at: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    at.map(|at| at.to_string()).serialize(serializer)
}

/// As it is answered.
pub(crate) fn outcome(row: Vec<Value>) -> Result<Outcome, StoreError> {
    let row = Row::read(row)?;
    let time = |us| Timestamp::from_microsecond(us).map_err(|_| Kind::Corrupt("at_us"));
    Ok(Outcome {
        goal_id: GoalId::new(row.goal).map_err(|_| Kind::Corrupt("goal_id"))?,
        days: Days::new(Day::from_number(row.first_day), Day::from_number(row.last_day)),
        achieved: row.achieved,
        target: row.target,
        value: row.value,
        achieved_at: row.at_us.map(time).transpose()?,
        workout_id: row.workout.map(WorkoutId::new).transpose().map_err(|_| Kind::Corrupt("workout_id"))?,
    })
}
