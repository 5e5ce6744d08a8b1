//! Workouts that nobody did.

use std::error::Error;

use workout_events::jiff::{SignedDuration, Timestamp};
use workout_events::{ActivityType, Event, Source, UserId, WorkoutId, WorkoutPerformed};

/// How many people there are.
const USERS: u32 = 10_000;

const ACTIVITIES: [ActivityType; 4] =
    [ActivityType::Running, ActivityType::Cycling, ActivityType::Rowing, ActivityType::Strength];

const ZONES: [&str; 4] = ["Europe/Berlin", "America/New_York", "Asia/Tokyo", "UTC"];

/// Seconds from 1970 to 2025, in which the workouts begin.
const YEAR: i64 = 1_735_689_600;

/// Event `number` of a seed: the same on every machine, whoever makes it.
pub(crate) fn event(seed: u64, number: u64) -> Result<Event<WorkoutPerformed>, Box<dyn Error + Send + Sync>> {
    let mut dice = Dice(seed ^ number.wrapping_mul(0x2545_f491_4f6c_dd1d));
    let system = format!("load:{seed}");
    let workout = WorkoutId::from_foreign(&system, &number.to_string());
    let user = UserId::from_foreign(&system, &dice.below(USERS).to_string());
    let zone = *dice.one_of(&ZONES);
    let second = YEAR + i64::from(dice.below(365 * 24 * 60)) * 60;
    let started = Timestamp::from_second(second)?.in_tz(zone)?;
    let minutes = 10 + dice.below(110);
    let ended = started.checked_add(SignedDuration::from_mins(minutes.into()))?;
    let activity = *dice.one_of(&ACTIVITIES);
    let mut performed = WorkoutPerformed::new(workout, user, Source::new("load"), activity, &started, &ended)
        .active_s(minutes * 50)
        .avg_hr(110)
        .max_hr(150);
    // Not everybody wears something that knows.
    if dice.below(3) > 0 {
        performed = performed.energy_kcal(minutes * 11);
    }
    if !matches!(activity, ActivityType::Strength) {
        performed = performed.distance_m(minutes * (150 + dice.below(300)));
    }
    Ok(Event::builder("/load", performed).time(ended.timestamp()).build()?)
}

/// `SplitMix64`.
struct Dice(u64);

impl Dice {
    /// A number below this one.
    fn below(&mut self, end: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        u32::try_from((bits ^ (bits >> 31)) % u64::from(end)).unwrap_or_default()
    }

    fn one_of<'c, T>(&mut self, choices: &'c [T]) -> &'c T {
        let choice = self.below(u32::try_from(choices.len()).unwrap_or(1));
        &choices[choice as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_makes_the_same_events_again_and_no_two_alike() {
        let made = |seed| (0..100).map(move |number| event(seed, number).unwrap().encode()).collect::<Vec<_>>();
        assert_eq!(made(1), made(1));
        let mut all = [made(1), made(2)].concat();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 200);
    }
}
