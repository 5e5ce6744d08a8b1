//! What a session has burned, where nobody has measured it.
//!
//! A coarse estimate: what somebody of 70 kg burns at rest (1 kcal an hour for each kilogram), times how much harder the
//! activity is at a moderate effort (its metabolic equivalent). A watch knows better, so whoever ends a session may say what
//! it says.

use workout_events::ActivityType;

/// Of whom nothing is known.
const BODY_KG: u32 = 70;

/// The most that the contract allows.
const MOST_KCAL: u32 = 20_000;

/// Kilocalories, rounded.
pub(super) fn estimate(activity: ActivityType, seconds: u32) -> u32 {
    let tenths_an_hour = u64::from(met_x10(activity) * BODY_KG);
    let kcal = (tenths_an_hour * u64::from(seconds) + 18_000) / 36_000;
    u32::try_from(kcal).unwrap_or(MOST_KCAL).min(MOST_KCAL)
}

/// Tenths of a metabolic equivalent.
fn met_x10(activity: ActivityType) -> u32 {
    use ActivityType as A;
    match activity {
        A::Yoga | A::Mobility => 25,
        A::Pilates => 30,
        A::Walking => 35,
        A::Golf | A::Elliptical | A::Paddling | A::Dance | A::AlpineSkiing | A::Snowboarding => 50,
        A::Strength | A::Hiking | A::Swimming | A::OpenWaterSwimming => 60,
        A::Cycling | A::IndoorCycling | A::Rowing | A::IndoorRowing | A::Skating | A::RacketSport | A::TeamSport => 70,
        A::Hiit | A::FunctionalFitness | A::CircuitTraining | A::Climbing | A::NordicSkiing => 80,
        A::MountainBiking | A::StairClimbing => 85,
        A::Running | A::TreadmillRunning | A::TrailRunning => 95,
        A::MartialArts | A::JumpRope => 100,
        _ => 40,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_estimate_grows_with_time_and_effort_and_stays_within_the_contract() {
        assert_eq!(estimate(ActivityType::Running, 3_600), 665);
        assert_eq!(estimate(ActivityType::Yoga, 1_800), 88);
        assert_eq!(estimate(ActivityType::Other, 0), 0);
        assert_eq!(estimate(ActivityType::JumpRope, 86_400), 16_800);
        assert_eq!(estimate(ActivityType::JumpRope, u32::MAX), MOST_KCAL);
    }
}
