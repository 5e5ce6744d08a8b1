//! What a workout adds to the statistics: the one place where numbers are taken from an event.

use std::collections::BTreeMap;

use workout_events::{ActivityType, UserId, WorkoutId, WorkoutPerformed};

use super::day::{Day, clock};
use super::strength::{Effort, efforts};
use super::tally::Tally;

/// What a workout adds, if it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Counted {
    pub(crate) workout_id: WorkoutId,
    pub(crate) revision: u32,
    pub(crate) user_id: UserId,
    pub(crate) activity: ActivityType,
    /// Microseconds since 1970.
    pub(crate) started_us: i64,
    pub(crate) ended_us: i64,
    /// What the clocks of its zone showed then, in seconds.
    clock_s: i64,
    pub(crate) tally: Tally,
    pub(crate) efforts: BTreeMap<String, Effort>,
}

impl Counted {
    /// The day it belongs to, for a person whose days begin at this hour.
    pub(crate) fn day(&self, day_start_hour: u8) -> Day {
        Day::of_clock(self.clock_s, day_start_hour)
    }
}

impl From<&WorkoutPerformed> for Counted {
    fn from(data: &WorkoutPerformed) -> Self {
        let started = data.started_at.timestamp();
        let efforts = efforts(&data.exercises);
        let known = |value: Option<u32>| (value.map_or(0, i64::from), i64::from(value.is_some()));
        let (energy_kcal, energy_workouts) = known(data.energy_kcal);
        let (distance_m, distance_workouts) = known(data.distance_m);
        let (elevation_gain_m, elevation_workouts) = known(data.elevation_gain_m);
        let mut tally = Tally {
            workouts: 1,
            duration_s: data.duration_s(),
            energy_kcal,
            energy_workouts,
            distance_m,
            distance_workouts,
            elevation_gain_m,
            elevation_workouts,
            volume_workouts: i64::from(efforts.values().any(|effort| effort.volume_sets > 0)),
            ..Tally::default()
        };
        for effort in efforts.values() {
            tally.sets += effort.sets;
            tally.reps += effort.reps;
            tally.volume_g += effort.volume_g;
            tally.warmup_volume_g += effort.warmup_volume_g;
        }
        Self {
            workout_id: data.workout_id,
            revision: data.revision,
            user_id: data.user_id,
            activity: data.activity_type,
            started_us: started.as_microsecond(),
            ended_us: data.ended_at.timestamp().as_microsecond(),
            clock_s: clock(started, data.time_zone),
            tally,
            efforts,
        }
    }
}
