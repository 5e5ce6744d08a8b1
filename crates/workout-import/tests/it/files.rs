//! Files to read.

use workout_events::{Set, UserId, WorkoutPerformed, ZoneName};
use workout_import::{Format, Imported, Options};

pub(crate) const HEVY_KG: &str = include_str!("samples/hevy_kg.csv");
pub(crate) const HEVY_LBS: &str = include_str!("samples/hevy_lbs.csv");
pub(crate) const STRONG_IOS: &str = include_str!("samples/strong_ios.csv");
pub(crate) const STRONG_ANDROID: &str = include_str!("samples/strong_android.csv");

/// A person in Berlin.
pub(crate) fn options() -> Options {
    let user: UserId = "6f4a1c1e-8c55-4b8e-9d0a-3f8f5f2f7a10".parse().unwrap();
    Options::new(user, ZoneName::new("Europe/Berlin").unwrap())
}

pub(crate) fn read(format: Format, file: &str) -> Imported {
    format.read(file.as_bytes(), &options()).unwrap()
}

/// All workouts of a file in which nothing is wrong.
#[track_caller]
pub(crate) fn workouts(format: Format, file: &str) -> Vec<WorkoutPerformed> {
    let imported = read(format, file);
    assert_eq!((&imported.rejected[..], &imported.empty_sets[..]), (&[][..], &[][..]));
    imported.workouts.into_iter().map(|(_, data)| data).collect()
}

/// Repetitions, grams, metres and milliseconds.
pub(crate) fn measures(set: &Set) -> (Option<u16>, Option<u32>, Option<u32>, Option<u32>) {
    (set.reps, set.load_g, set.distance_m, set.duration_ms)
}
