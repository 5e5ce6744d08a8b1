//! By exercise: which ones a person does, and how much of them.

use super::Projection;
use crate::table::{Table, id, int, text};

pub(crate) static EXERCISES: Projection = Projection {
    table: Table {
        name: "exercises",
        key: &[id("user_id"), text("exercise")],
        rest: &[int("workouts"), int("sets"), int("reps"), int("volume_g"), int("warmup_volume_g")],
    },
    version: 1,
    by_workout: false,
    rows: |workout, _, _, add| {
        for (exercise, effort) in &workout.efforts {
            let numbers = [1, effort.sets, effort.reps, effort.volume_g, effort.warmup_volume_g];
            add(vec![exercise.as_str().into()], &numbers);
        }
    },
};
