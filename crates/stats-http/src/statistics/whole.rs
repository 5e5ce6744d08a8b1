//! One workout with its sets.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stats_store::Answer;
use workout_events::{WorkoutId, WorkoutPerformed};

use super::workouts::Workout;
use crate::operation::{Operation, Person, about};
use crate::problem::{Code, Problem};

/// A workout that counts, with all that was said of it.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct WholeWorkout {
    /// What a list shows of it.
    brief: Workout,
    /// The revision that counts, as it was said: the contract of `workout.performed`.
    performed: WorkoutPerformed,
}

impl From<stats_store::WholeWorkout> for WholeWorkout {
    fn from(whole: stats_store::WholeWorkout) -> Self {
        Self { brief: Workout::from(&whole.brief), performed: whole.data }
    }
}

/// Which workout.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// The workout.
    workout_id: WorkoutId,
}

pub(super) fn operations() -> Vec<Operation> {
    vec![about("/v1/users/{user_id}/workouts/{workout_id}", "workout", "A workout with its sets.", workout)]
}

async fn workout(person: Person, asked: Asked) -> Result<Answer<WholeWorkout>, Problem> {
    let found = person.reader().workout(person.user, asked.workout_id).await?;
    let whole = found.value.ok_or(Code::NotFound)?;
    Ok(Answer::new(found.as_of, whole.into()))
}
