//! The sums that every period has.

use serde::Serialize;

use crate::table::{Column, int};

/// Sums over workouts. All of them are integers: a sum does not depend on its order, and what was added can be taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct Tally {
    /// How many workouts there are.
    pub workouts: i64,
    /// Seconds of training: the active ones where they are known, else from start to end.
    pub duration_s: i64,
    /// Kilocalories of the workouts that report energy.
    pub energy_kcal: i64,
    /// How many report energy.
    pub energy_workouts: i64,
    /// Metres of the workouts that report a distance.
    pub distance_m: i64,
    /// How many report a distance.
    pub distance_workouts: i64,
    /// Metres climbed in the workouts that report it.
    pub elevation_gain_m: i64,
    /// How many report metres climbed.
    pub elevation_workouts: i64,
    /// Working sets, which are all but the warm-ups.
    pub sets: i64,
    /// Repetitions in working sets.
    pub reps: i64,
    /// Grams times repetitions over working sets, without assisted ones.
    pub volume_g: i64,
    /// The same over warm-ups, for those who count them.
    pub warmup_volume_g: i64,
    /// How many have a volume.
    pub volume_workouts: i64,
}

impl Tally {
    /// The columns of every table that keeps sums.
    pub(crate) const COLUMNS: [Column; 13] = [
        int("workouts"),
        int("duration_s"),
        int("energy_kcal"),
        int("energy_workouts"),
        int("distance_m"),
        int("distance_workouts"),
        int("elevation_gain_m"),
        int("elevation_workouts"),
        int("sets"),
        int("reps"),
        int("volume_g"),
        int("warmup_volume_g"),
        int("volume_workouts"),
    ];

    /// Kilocalories, `None` when no workout reports them, which is not 0.
    #[must_use]
    pub fn energy(&self) -> Option<i64> {
        (self.energy_workouts > 0).then_some(self.energy_kcal)
    }

    /// Metres, `None` when no workout reports a distance.
    #[must_use]
    pub fn distance(&self) -> Option<i64> {
        (self.distance_workouts > 0).then_some(self.distance_m)
    }

    /// Metres climbed, `None` when no workout reports them.
    #[must_use]
    pub fn elevation_gain(&self) -> Option<i64> {
        (self.elevation_workouts > 0).then_some(self.elevation_gain_m)
    }

    /// Grams times repetitions, `None` when no workout has a volume.
    #[must_use]
    pub fn volume(&self) -> Option<i64> {
        (self.volume_workouts > 0).then_some(self.volume_g)
    }

    /// The sums over what either of the two is over.
    #[must_use]
    pub fn plus(mut self, other: &Self) -> Self {
        self.add(other, 1);
        self
    }

    /// Adds another tally, or takes it away with -1.
    pub(crate) fn add(&mut self, other: &Self, sign: i64) {
        let mut columns = self.columns();
        for (column, other) in columns.iter_mut().zip(other.columns()) {
            *column += sign * other;
        }
        *self = Self::from_columns(columns);
    }

    pub(crate) fn columns(&self) -> [i64; 13] {
        [
            self.workouts,
            self.duration_s,
            self.energy_kcal,
            self.energy_workouts,
            self.distance_m,
            self.distance_workouts,
            self.elevation_gain_m,
            self.elevation_workouts,
            self.sets,
            self.reps,
            self.volume_g,
            self.warmup_volume_g,
            self.volume_workouts,
        ]
    }

    pub(crate) fn from_columns(columns: [i64; 13]) -> Self {
        let [
            workouts,
            duration_s,
            energy_kcal,
            energy_workouts,
            distance_m,
            distance_workouts,
            elevation_gain_m,
            elevation_workouts,
            sets,
            reps,
            volume_g,
            warmup_volume_g,
            volume_workouts,
        ] = columns;
        Self {
            workouts,
            duration_s,
            energy_kcal,
            energy_workouts,
            distance_m,
            distance_workouts,
            elevation_gain_m,
            elevation_workouts,
            sets,
            reps,
            volume_g,
            warmup_volume_g,
            volume_workouts,
        }
    }
}
