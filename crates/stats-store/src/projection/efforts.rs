//! By exercise and workout: the trend of an exercise, and its records.
//!
//! A best is not a sum: when its workout is deleted, the next best has to be found. So the efforts themselves are kept,
//! ordered by exercise and day, and the best of them is looked for when somebody asks.

use super::Projection;
use crate::number::Effort;
use crate::table::{Table, id, int, text};

pub(crate) static EFFORTS: Projection = Projection {
    table: Table {
        name: "efforts",
        key: &[id("user_id"), text("exercise"), int("day"), int("started_us"), id("workout_id")],
        rest: &Effort::COLUMNS,
    },
    version: 1,
    by_workout: true,
    rows: |workout, day, _, add| {
        for (exercise, effort) in &workout.efforts {
            let at = [day.number().into(), workout.started_us.into()];
            let id = (*workout.workout_id.as_uuid()).into();
            let key = [exercise.as_str().into()].into_iter().chain(at).chain([id]).collect();
            add(key, &effort.columns());
        }
    },
};
