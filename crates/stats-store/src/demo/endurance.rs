//! Runs and rides.

use workout_events::{ActivityType, WorkoutPerformed};

use super::chance::Chance;
use super::day::Plan;

/// How far and how long: metres, and seconds.
pub(super) struct Outing {
    pub(super) activity: ActivityType,
    pub(super) distance_m: u32,
    pub(super) seconds: u32,
    climbed_m: u32,
}

/// Some are longer than others, and over the years they become quicker.
pub(super) fn outing(plan: Plan, week: u32, chance: &mut Chance) -> Option<Outing> {
    let faster = (week / 6).min(40);
    let (activity, distance_m, seconds_per_km) = match plan {
        Plan::Run => (ActivityType::Running, chance.between(4_800, 8_400), chance.between(345, 365) - faster),
        Plan::LongRun if week % 9 == 4 => {
            (ActivityType::TrailRunning, chance.between(9_000, 14_000), chance.between(400, 430) - faster)
        }
        Plan::LongRun => {
            let longer = (week * 40).min(6_000);
            (ActivityType::Running, chance.between(9_000, 13_000) + longer, chance.between(360, 380) - faster)
        }
        Plan::Ride => (ActivityType::Cycling, chance.between(24_000, 62_000), chance.between(140, 155) - faster / 4),
        Plan::Squat | Plan::Pull | Plan::Rest => return None,
    };
    let hilly = if activity == ActivityType::TrailRunning { 28 } else { 7 };
    let climbed_m = distance_m / 1_000 * chance.between(hilly / 2, hilly);
    Some(Outing { activity, distance_m, seconds: distance_m / 100 * seconds_per_km / 10, climbed_m })
}

impl Outing {
    pub(super) fn write_into(&self, workout: &mut WorkoutPerformed, chance: &mut Chance) {
        workout.distance_m = Some(self.distance_m);
        workout.elevation_gain_m = Some(self.climbed_m);
        workout.active_s = Some(self.seconds);
        let kcal_per_km = if self.activity == ActivityType::Cycling { 24 } else { 68 };
        workout.energy_kcal = chance.percent(92).then_some(self.distance_m / 1_000 * kcal_per_km);
    }
}
