//! What sets add up to. All of it in integers, so that no sum depends on its order.

use std::collections::BTreeMap;

use workout_events::{Exercise, LoadMode, Set, SetKind};

use crate::table::{Column, int};

/// The most repetitions of which a single one is estimated.
const MOST_REPS: u64 = 12;

/// What a workout did of one exercise. 0 stands for "none" where no set can have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Effort {
    /// 1, unless there is no workout.
    pub(crate) workouts: i64,
    /// Working sets: all but the warm-ups.
    pub(crate) sets: i64,
    /// Repetitions in working sets. What nobody has counted is not 1.
    pub(crate) reps: i64,
    /// Repetitions times load over working sets; help is no load.
    pub(crate) volume_g: i64,
    /// The same over warm-ups.
    pub(crate) warmup_volume_g: i64,
    /// How many working sets have a volume.
    pub(crate) volume_sets: i64,
    pub(crate) heaviest_g: i64,
    pub(crate) e1rm_g: i64,
    pub(crate) most_reps: i64,
    /// How many working sets had help.
    pub(crate) assisted_sets: i64,
    /// Of these, the least help: 0 is no help at all.
    pub(crate) least_assistance_g: i64,
    pub(crate) distance_m: i64,
    pub(crate) duration_ms: i64,
}

/// The estimated single repetition by Epley, `load x (1 + reps / 30)`, in whole grams, half a gram upwards. One repetition
/// is the load itself. `None` for no load, no repetition, and more than twelve, where the formula means nothing.
#[must_use]
pub fn e1rm_g(load_g: u32, reps: u16) -> Option<u64> {
    let (load, reps) = (u64::from(load_g), u64::from(reps));
    match reps {
        _ if load == 0 => None,
        1 => Some(load),
        2..=MOST_REPS => Some((load * (30 + reps) + 15) / 30),
        _ => None,
    }
}

/// By exercise: one that was done twice in a workout is one.
pub(crate) fn efforts(exercises: &[Exercise]) -> BTreeMap<String, Effort> {
    let mut efforts = BTreeMap::<String, Effort>::new();
    for exercise in exercises {
        let effort = efforts.entry(exercise.exercise_id.clone()).or_default();
        effort.workouts = 1;
        for set in &exercise.sets {
            effort.add(set);
        }
    }
    efforts
}

impl Effort {
    /// The columns of the table.
    pub(crate) const COLUMNS: [Column; 13] = [
        int("workouts"),
        int("sets"),
        int("reps"),
        int("volume_g"),
        int("warmup_volume_g"),
        int("volume_sets"),
        int("heaviest_g"),
        int("e1rm_g"),
        int("most_reps"),
        int("assisted_sets"),
        int("least_assistance_g"),
        int("distance_m"),
        int("duration_ms"),
    ];

    fn add(&mut self, set: &Set) {
        let reps = i64::from(set.reps.unwrap_or(0));
        let is_assisted = set.load_mode == Some(LoadMode::Assisted);
        let load = set.load_g.filter(|_| !is_assisted);
        let volume = load.zip(set.reps).map(|(load, reps)| i64::from(load) * i64::from(reps));
        if set.kind == SetKind::Warmup {
            self.warmup_volume_g += volume.unwrap_or(0);
            return;
        }
        self.sets += 1;
        self.reps += reps;
        self.volume_g += volume.unwrap_or(0);
        self.volume_sets += i64::from(volume.is_some());
        self.distance_m += i64::from(set.distance_m.unwrap_or(0));
        self.duration_ms += i64::from(set.duration_ms.unwrap_or(0));
        self.most_reps = self.most_reps.max(reps);
        if let (Some(load), Some(reps)) = (load, set.reps.filter(|reps| *reps > 0)) {
            self.heaviest_g = self.heaviest_g.max(load.into());
            let estimate = e1rm_g(load, reps).and_then(|grams| i64::try_from(grams).ok());
            self.e1rm_g = self.e1rm_g.max(estimate.unwrap_or(0));
        }
        if let (true, Some(help), 1..) = (is_assisted, set.load_g.map(i64::from), reps) {
            self.least_assistance_g = if self.assisted_sets == 0 { help } else { self.least_assistance_g.min(help) };
            self.assisted_sets += 1;
        }
    }

    /// In the order of the table.
    pub(crate) fn columns(&self) -> [i64; 13] {
        [
            self.workouts,
            self.sets,
            self.reps,
            self.volume_g,
            self.warmup_volume_g,
            self.volume_sets,
            self.heaviest_g,
            self.e1rm_g,
            self.most_reps,
            self.assisted_sets,
            self.least_assistance_g,
            self.distance_m,
            self.duration_ms,
        ]
    }

    /// From the columns of the table.
    pub(crate) fn from_columns(columns: [i64; 13]) -> Self {
        let [
            workouts,
            sets,
            reps,
            volume_g,
            warmup_volume_g,
            volume_sets,
            heaviest_g,
            e1rm_g,
            most_reps,
            assisted_sets,
            least_assistance_g,
            distance_m,
            duration_ms,
        ] = columns;
        Self {
            workouts,
            sets,
            reps,
            volume_g,
            warmup_volume_g,
            volume_sets,
            heaviest_g,
            e1rm_g,
            most_reps,
            assisted_sets,
            least_assistance_g,
            distance_m,
            duration_ms,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_estimate_is_exact_and_rounds_half_a_gram_upwards() {
        #[track_caller]
        fn check(load_g: u32, reps: u16, want: Option<u64>) {
            assert_eq!(e1rm_g(load_g, reps), want, "{load_g} g x {reps}");
        }
        check(100_000, 1, Some(100_000));
        check(100_000, 2, Some(106_667));
        check(100_000, 10, Some(133_333));
        check(100_000, 12, Some(140_000));
        check(100_000, 13, None);
        check(100_000, 0, None);
        check(0, 5, None);
        check(15, 3, Some(17)); // 16.5
        check(1_500_000, 12, Some(2_100_000));
    }
}
