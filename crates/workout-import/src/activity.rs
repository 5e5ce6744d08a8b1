//! What was done, as far as the exercises say so.

use workout_events::ActivityType;

use crate::identity::exercise_id;

/// Exercises that are an activity of their own, by their ids.
const KNOWN: [(&str, ActivityType); 25] = [
    ("running", ActivityType::Running),
    ("treadmill", ActivityType::TreadmillRunning),
    ("running-treadmill", ActivityType::TreadmillRunning),
    ("trail-running", ActivityType::TrailRunning),
    ("walking", ActivityType::Walking),
    ("hiking", ActivityType::Hiking),
    ("cycling", ActivityType::Cycling),
    ("cycling-indoor", ActivityType::IndoorCycling),
    ("indoor-cycling", ActivityType::IndoorCycling),
    ("spinning", ActivityType::IndoorCycling),
    ("swimming", ActivityType::Swimming),
    ("rowing", ActivityType::Rowing),
    ("rowing-machine", ActivityType::IndoorRowing),
    ("elliptical-trainer", ActivityType::Elliptical),
    ("elliptical-machine", ActivityType::Elliptical),
    ("stair-machine", ActivityType::StairClimbing),
    ("climbing", ActivityType::Climbing),
    ("yoga", ActivityType::Yoga),
    ("pilates", ActivityType::Pilates),
    ("stretching", ActivityType::Mobility),
    ("boxing", ActivityType::MartialArts),
    ("skating", ActivityType::Skating),
    ("skiing", ActivityType::AlpineSkiing),
    ("snowboarding", ActivityType::Snowboarding),
    ("jump-rope", ActivityType::JumpRope),
];

/// The activity that all exercises are; else these are sets of strength training, which both apps are made for.
pub(crate) fn of(mut exercises: impl Iterator<Item = impl AsRef<str>>) -> ActivityType {
    let known = |id: &str| KNOWN.iter().find(|(name, _)| *name == id).map(|(_, activity)| *activity);
    let first = exercises.next().and_then(|id| known(id.as_ref()));
    match first {
        Some(activity) if exercises.all(|id| known(id.as_ref()) == first) => activity,
        _ => ActivityType::Strength,
    }
}

/// What an activity without exercises is called in an app that knows nothing but exercises.
pub(crate) fn title(activity: ActivityType) -> String {
    let known = KNOWN.iter().find(|(_, known)| *known == activity).map(|(name, _)| *name);
    let words = known.unwrap_or(activity.as_str()).replace(['-', '_'], " ");
    let mut letters = words.chars();
    let title: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    debug_assert!(known.is_none_or(|id| exercise_id(&title) == id), "the activity comes back");
    title
}
