//! What may be a record.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};
use workout_events::types::record::RecordKind;
use workout_events::{ActivityType, WorkoutId};

use crate::error::{Kind, StoreError};
use crate::number::{Counted, Day, Effort};

/// What a record is a record of.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum RecordOf {
    /// An exercise, by its id.
    Exercise(String),
    /// An activity.
    Activity(ActivityType),
}

/// A workout as it is compared with others: what it has done of one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Attempt {
    pub(super) started_us: i64,
    pub(super) workout_id: WorkoutId,
    pub(super) day: Day,
    pub(super) marks: Vec<(RecordKind, i64)>,
}

/// What of a workout is compared with others. What is nothing at all is no mark.
pub(super) fn attempts(counted: &Counted, day: Day) -> Vec<(RecordOf, Attempt)> {
    let attempt = |marks: Vec<_>| {
        let workout_id = counted.workout_id;
        Attempt { started_us: counted.started_us, workout_id, day, marks }
    };
    let tally = &counted.tally;
    let activity = of_activity(Some(tally.duration_s), tally.distance(), tally.elevation_gain());
    let mut attempts = vec![(RecordOf::Activity(counted.activity), attempt(activity))];
    for (exercise, effort) in &counted.efforts {
        attempts.push((RecordOf::Exercise(exercise.clone()), attempt(of_exercise(effort))));
    }
    attempts.retain(|(_, attempt)| !attempt.marks.is_empty());
    attempts
}

pub(super) fn of_activity(
    duration_s: Option<i64>,
    distance_m: Option<i64>,
    elevation_gain_m: Option<i64>,
) -> Vec<(RecordKind, i64)> {
    let marks = [
        (RecordKind::LongestDurationS, duration_s),
        (RecordKind::LongestDistanceM, distance_m),
        (RecordKind::MostElevationM, elevation_gain_m),
    ];
    marks.into_iter().filter_map(|(kind, value)| Some((kind, value.filter(|value| *value > 0)?))).collect()
}

pub(super) fn of_exercise(effort: &Effort) -> Vec<(RecordKind, i64)> {
    let some = |value: i64| (value > 0).then_some(value);
    let marks = [
        (RecordKind::HeaviestLoadG, some(effort.heaviest_g)),
        (RecordKind::E1rmG, some(effort.e1rm_g)),
        (RecordKind::MostReps, some(effort.most_reps)),
        (RecordKind::WorkoutVolumeG, some(effort.volume_g)),
        (RecordKind::LeastAssistanceG, (effort.assisted_sets > 0).then_some(effort.least_assistance_g)),
    ];
    marks.into_iter().filter_map(|(kind, value)| Some((kind, value?))).collect()
}

/// Of help, less is better.
pub(super) fn is_better(kind: RecordKind, value: i64, than: i64) -> bool {
    if kind == RecordKind::LeastAssistanceG { value < than } else { value > than }
}

const EXERCISE: &str = "exercise:";
const ACTIVITY: &str = "activity:";

/// As it stands in a table.
impl fmt::Display for RecordOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exercise(id) => write!(f, "{EXERCISE}{id}"),
            Self::Activity(activity) => write!(f, "{ACTIVITY}{activity}"),
        }
    }
}

impl FromStr for RecordOf {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, StoreError> {
        if let Some(id) = text.strip_prefix(EXERCISE) {
            return Ok(Self::Exercise(id.to_owned()));
        }
        let activity = text.strip_prefix(ACTIVITY).and_then(|name| name.parse().ok());
        activity.map(Self::Activity).ok_or_else(|| Kind::Corrupt("scope").into())
    }
}

/// `exercise:bench-press`, `activity:running`.
impl Serialize for RecordOf {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
