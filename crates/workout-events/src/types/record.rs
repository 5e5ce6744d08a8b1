//! Records: set, and revoked when their ground is gone.

use super::SLUG;
use crate::{ActivityType, Moment, RecordId, UserId, WorkoutId, contract, event};

/// A person set a record.
#[event(type = "record.set", version = 1, subject = record_id)]
pub struct RecordSet {
    /// The record.
    pub record_id: RecordId,
    /// Whose record it is.
    pub user_id: UserId,
    /// What was the best so far.
    pub kind: RecordKind,
    /// The workout that set it.
    pub workout_id: WorkoutId,
    /// The exercise, for records of one exercise.
    #[field(format = SLUG)]
    pub exercise_id: Option<String>,
    /// The activity, for records of one activity.
    pub activity_type: Option<ActivityType>,
    /// The value, in the unit of the kind.
    #[field(range = 0..=1_000_000_000_000)]
    pub value: u64,
    /// The value that was the best before.
    #[field(range = 0..=1_000_000_000_000)]
    pub previous_value: Option<u64>,
    /// When it was set.
    pub set_at: Moment,
}

/// A record no longer stands, because an edit or a deletion took its ground.
#[event(type = "record.revoked", version = 1, subject = record_id)]
pub struct RecordRevoked {
    /// The record.
    pub record_id: RecordId,
    /// Whose record it was.
    pub user_id: UserId,
    /// The workout that had set it.
    pub workout_id: WorkoutId,
}

/// What can be a record, with its unit.
#[contract]
pub enum RecordKind {
    /// The heaviest load of a working set, in grams.
    HeaviestLoadG,
    /// The best estimated single repetition, in grams.
    E1rmG,
    /// The most repetitions in a set.
    MostReps,
    /// The most volume in one workout, in grams times repetitions.
    WorkoutVolumeG,
    /// The least help of an assisted movement, in grams.
    LeastAssistanceG,
    /// The longest distance, in metres.
    LongestDistanceM,
    /// The longest duration, in seconds.
    LongestDurationS,
    /// The most metres climbed.
    MostElevationM,
}
