//! What things are called.

use workout_events::ActivityType;
use workout_events::types::record::RecordKind;

/// A word of the contract as people write it.
pub(crate) fn sentence(word: &str) -> String {
    spaced(word, '_')
}

/// `TrailRunning` is "Trail running".
pub(crate) fn activity(activity: ActivityType) -> String {
    sentence(activity.as_str())
}

/// Where a workout says no name, the id is one: `back-squat` is "Back squat".
pub(crate) fn exercise(id: &str) -> String {
    spaced(id, '-')
}

/// What a record is the best of.
pub(crate) fn record_kind(kind: RecordKind) -> &'static str {
    match kind {
        RecordKind::HeaviestLoadG => "Heaviest load",
        RecordKind::E1rmG => "Estimated max",
        RecordKind::MostReps => "Most reps",
        RecordKind::WorkoutVolumeG => "Most volume",
        RecordKind::LeastAssistanceG => "Least help",
        RecordKind::LongestDistanceM => "Longest distance",
        RecordKind::LongestDurationS => "Longest duration",
        RecordKind::MostElevationM => "Most climbing",
        _ => "Record",
    }
}

fn spaced(slug: &str, between: char) -> String {
    let words = slug.replace(between, " ");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
