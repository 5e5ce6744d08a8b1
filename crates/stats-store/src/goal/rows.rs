//! Goals as rows.

use uuid::Uuid;

use super::spoken::Spoken;
use crate::error::{Kind, StoreError};
use crate::table::{Cells, Table, Value, id, int, text};

/// What was said about each goal, and up to which day it was told what was missed.
pub(crate) static GOALS: Table =
    Table { name: "goals", key: &[id("user_id"), id("goal_id")], rest: &[text("spoken"), int("settled_day")] };

/// The stretches in which a goal was reached, and those of which it was told that it was not.
pub(crate) static OUTCOMES: Table = Table {
    name: "outcomes",
    key: &[id("user_id"), id("goal_id"), int("first_day")],
    rest: &[int("achieved"), int("last_day"), int("target"), int("value"), int("at_us"), id("workout_id")],
};

/// A goal as it is kept.
#[derive(Debug, Clone)]
pub(crate) struct GoalRow {
    pub(crate) user: Uuid,
    pub(crate) goal: Uuid,
    pub(crate) spoken: Spoken,
    pub(crate) settled_day: Option<i64>,
}

pub(crate) fn goal_row(goal: &GoalRow) -> Vec<Value> {
    // It is made of numbers, ids and texts, so it neither fails to be JSON nor varies.
    let spoken = serde_json::to_string(&goal.spoken).unwrap_or_default();
    vec![goal.user.into(), goal.goal.into(), spoken.into(), goal.settled_day.into()]
}

pub(crate) fn read_goal(row: Vec<Value>) -> Result<GoalRow, StoreError> {
    let mut cells = Cells::new(row);
    let (user, goal) = (cells.id()?, cells.id()?);
    let spoken = serde_json::from_str(&cells.text()?).map_err(|_| Kind::Corrupt("spoken"))?;
    Ok(GoalRow { user, goal, spoken, settled_day: cells.maybe_int()? })
}

/// An outcome as it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) user: Uuid,
    pub(crate) goal: Uuid,
    pub(crate) first_day: i64,
    pub(crate) achieved: bool,
    pub(crate) last_day: i64,
    pub(crate) target: i64,
    pub(crate) value: i64,
    pub(crate) at_us: Option<i64>,
    pub(crate) workout: Option<Uuid>,
}

impl Row {
    pub(crate) fn read(row: Vec<Value>) -> Result<Self, StoreError> {
        let mut cells = Cells::new(row);
        Ok(Self {
            user: cells.id()?,
            goal: cells.id()?,
            first_day: cells.int()?,
            achieved: cells.int()? != 0,
            last_day: cells.int()?,
            target: cells.int()?,
            value: cells.int()?,
            at_us: cells.maybe_int()?,
            workout: cells.maybe_id()?,
        })
    }

    pub(crate) fn key(&self) -> Vec<Value> {
        vec![self.user.into(), self.goal.into(), self.first_day.into()]
    }

    pub(crate) fn into_row(self) -> Vec<Value> {
        let rest: [Value; 6] = [
            i64::from(self.achieved).into(),
            self.last_day.into(),
            self.target.into(),
            self.value.into(),
            self.at_us.into(),
            self.workout.into(),
        ];
        self.key().into_iter().chain(rest).collect()
    }
}
