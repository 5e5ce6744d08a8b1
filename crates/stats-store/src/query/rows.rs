//! What is read of a store as it is.

use serde::Serialize;
use workout_events::jiff::Timestamp;
use workout_events::{ActivityType, WorkoutId, WorkoutPerformed};

use crate::number::{Day, Tally};
use crate::person::Preferences;

/// Everything a user has done, in sums.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct Lifetime {
    /// The sums over all workouts.
    pub sums: Tally,
    /// How the user counts.
    pub preferences: Preferences,
}

/// Sums of one activity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Sums {
    /// The activity.
    pub activity: ActivityType,
    /// The sums.
    pub sums: Tally,
}

/// Sums of one day and one activity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct DaySums {
    /// The local day.
    pub day: Day,
    /// The activity.
    pub activity: ActivityType,
    /// The sums.
    pub sums: Tally,
}

/// A day with a workout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ActiveDay {
    /// The local day.
    pub day: Day,
    /// How many workouts there were.
    pub workouts: i64,
    /// Seconds of training.
    pub duration_s: i64,
}

/// Sums of one month and one activity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct MonthSums {
    /// The first day of the month.
    pub first_day: Day,
    /// The activity.
    pub activity: ActivityType,
    /// The sums.
    pub sums: Tally,
}

/// How much of an exercise a user has done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ExerciseSums {
    /// The exercise.
    pub exercise_id: String,
    /// In how many workouts.
    pub workouts: i64,
    /// Working sets.
    pub sets: i64,
    /// Repetitions in working sets.
    pub reps: i64,
    /// Grams times repetitions over working sets.
    pub volume_g: i64,
    /// The same over warm-ups.
    pub warmup_volume_g: i64,
}

/// What a workout did of an exercise. What no set of it has is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct EffortOf {
    /// The local day.
    pub day: Day,
    /// When the workout began.
    #[serde(serialize_with = "time")]
    pub started_at: Timestamp,
    /// The workout.
    pub workout_id: WorkoutId,
    /// Working sets.
    pub sets: i64,
    /// Repetitions in working sets.
    pub reps: i64,
    /// Grams times repetitions over working sets.
    pub volume_g: Option<i64>,
    /// The same over warm-ups.
    pub warmup_volume_g: i64,
    /// The heaviest load of a working set.
    pub heaviest_g: Option<i64>,
    /// The best estimated single repetition, by [`e1rm_g`](crate::e1rm_g).
    pub e1rm_g: Option<i64>,
    /// The most repetitions in a working set.
    pub most_reps: Option<i64>,
    /// The least help in an assisted set, where 0 is no help at all.
    pub least_assistance_g: Option<i64>,
    /// Metres in working sets.
    pub distance_m: i64,
    /// Milliseconds in working sets.
    pub duration_ms: i64,
}

/// A workout that counts, in brief.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Performed {
    /// The workout.
    pub workout_id: WorkoutId,
    /// Which of its revisions counts.
    pub revision: u32,
    /// When it began.
    #[serde(serialize_with = "time")]
    pub started_at: Timestamp,
    /// The local day it belongs to.
    pub day: Day,
    /// What was done.
    pub activity: ActivityType,
    /// Seconds of training.
    pub duration_s: i64,
    /// Kilocalories, if reported.
    pub energy_kcal: Option<i64>,
    /// Metres, if reported.
    pub distance_m: Option<i64>,
    /// Metres climbed, if reported.
    pub elevation_gain_m: Option<i64>,
    /// Grams times repetitions, if there is a set with both.
    pub volume_g: Option<i64>,
    /// Working sets.
    pub sets: i64,
}

/// A workout that counts, with all that was said of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct WholeWorkout {
    /// What a list shows of it.
    pub brief: Performed,
    /// The revision that counts, as it was said.
    pub data: WorkoutPerformed,
}

/// As RFC 3339.
pub(super) fn time<S: serde::Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(at)
}
