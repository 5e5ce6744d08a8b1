//! The workout of the day: requested, attempted, generated, or given up.

use jiff::civil::Date;

use super::SLUG;
use crate::{LoadMode, Moment, UserId, WodId, WodRequestId, contract, event};

/// Somebody asks for a workout of the day for a user.
#[event(type = "wod.requested", version = 1, subject = request_id)]
pub struct WodRequested {
    /// The request: exactly one workout of the day comes of it.
    pub request_id: WodRequestId,
    /// For whom.
    pub user_id: UserId,
    /// The same seed and constraints give the same workout.
    #[field(range = 0..=9_007_199_254_740_991)]
    pub seed: u64,
    /// What the workout must respect.
    pub constraints: Option<WodConstraints>,
    /// After this moment nobody needs it any more.
    pub deadline: Option<Moment>,
}

impl WodRequested {
    /// The request of a user for the workout of this day: whoever asks, and however often, asks for the same one.
    ///
    /// Its id is [`WodRequestId::from_foreign`] of the system `day` and the text `{user}:{day}`, and the seed follows from
    /// the id, by [`seed_of`](Self::seed_of).
    #[must_use]
    pub fn of_day(user_id: UserId, day: Date) -> Self {
        let request_id = WodRequestId::from_foreign("day", &format!("{user_id}:{day}"));
        Self::new(request_id, user_id, Self::seed_of(request_id))
    }

    /// The seed of a request for which nobody has chosen one: the last 53 bits of its id.
    #[must_use]
    pub fn seed_of(request_id: WodRequestId) -> u64 {
        request_id.as_uuid().as_u64_pair().1 & 0x1f_ffff_ffff_ffff
    }
}

/// What a workout of the day must respect.
#[contract]
pub struct WodConstraints {
    /// The longest it may take, in seconds.
    #[field(range = 60..=14_400)]
    pub max_duration_s: Option<u32>,
    /// The equipment at hand. Empty means: whatever there is.
    #[field(items = 0..=50, format = SLUG)]
    pub equipment: Vec<String>,
    /// Exercises to leave out.
    #[field(items = 0..=100, format = SLUG)]
    pub excluded_exercises: Vec<String>,
    /// How hard it may be.
    pub difficulty: Option<WodDifficulty>,
}

/// How hard a workout of the day is.
#[contract]
pub enum WodDifficulty {
    /// For beginners.
    Easy,
    /// For those who train.
    Moderate,
    /// For those who compete.
    Hard,
}

/// An attempt to generate failed and will be repeated.
#[event(type = "wod.attempt_failed", version = 1, subject = request_id)]
pub struct WodAttemptFailed {
    /// The request.
    pub request_id: WodRequestId,
    /// For whom.
    pub user_id: UserId,
    /// The number of the attempt, from 1.
    #[field(range = 1..=10_000)]
    pub attempt: u32,
    /// Why, as a name that programs can compare.
    #[field(format = SLUG)]
    pub reason: String,
    /// When the next attempt is due.
    pub retry_at: Option<Moment>,
}

/// A workout of the day was generated and stored.
#[event(type = "wod.generated", version = 1, subject = wod_id)]
pub struct WodGenerated {
    /// The workout of the day.
    pub wod_id: WodId,
    /// The request that asked for it.
    pub request_id: WodRequestId,
    /// For whom.
    pub user_id: UserId,
    /// How the movements are arranged.
    pub scheme: WodScheme,
    /// The longest it may take, in seconds.
    #[field(range = 60..=14_400)]
    pub time_cap_s: Option<u32>,
    /// How often the movements are repeated.
    #[field(range = 1..=100)]
    pub rounds: Option<u16>,
    /// The movements, in order.
    #[field(items = 1..=50)]
    pub movements: Vec<WodMovement>,
}

/// How the movements of a workout of the day are arranged.
#[contract]
pub enum WodScheme {
    /// As fast as possible.
    ForTime,
    /// As many rounds as possible within the time cap.
    Amrap,
    /// Every minute on the minute.
    Emom,
    /// Twenty seconds of work, ten of rest, eight times.
    Tabata,
    /// Sets with rest, for load.
    Strength,
    /// Rounds without a clock.
    Rounds,
}

/// One movement of a workout of the day.
#[contract(any_of(reps, distance_m, duration_s))]
pub struct WodMovement {
    /// The exercise.
    #[field(format = SLUG)]
    pub exercise_id: String,
    /// What people call it.
    #[field(chars = 1..=120)]
    pub name: String,
    /// Repetitions in each round.
    #[field(range = 1..=1_000)]
    pub reps: Option<u16>,
    /// Load in grams.
    #[field(range = 0..=1_500_000)]
    pub load_g: Option<u32>,
    /// What the load does. Absent means external.
    pub load_mode: Option<LoadMode>,
    /// Distance in metres.
    #[field(range = 1..=1_000_000)]
    pub distance_m: Option<u32>,
    /// Duration in seconds.
    #[field(range = 1..=14_400)]
    pub duration_s: Option<u32>,
}

/// A request was given up after its last attempt.
#[event(type = "wod.dead_lettered", version = 1, subject = request_id)]
pub struct WodDeadLettered {
    /// The request.
    pub request_id: WodRequestId,
    /// For whom.
    pub user_id: UserId,
    /// How many attempts were made.
    #[field(range = 1..=10_000)]
    pub attempts: u32,
    /// Why the last one failed, as a name that programs can compare.
    #[field(format = SLUG)]
    pub reason: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_has_one_request_for_each_user_whoever_asks() {
        let user: UserId = "6f4a1c1e-8c55-4b8e-9d0a-3f8f5f2f7a10".parse().unwrap();
        let day = jiff::civil::date(2026, 11, 21);
        let request = WodRequested::of_day(user, day);
        // As any language computes it: uuid5(namespace, "wod-request:3:day:6f4a1c1e-...:2026-11-21").
        assert_eq!(request.request_id.to_string(), "86cf697c-0944-52e7-b1ad-4090febe5214");
        assert_eq!(request, WodRequested::of_day(user, day));
        assert_ne!(request.request_id, WodRequested::of_day(user, day.tomorrow().unwrap()).request_id);
        assert_ne!(request.request_id, WodRequested::of_day(UserId::generate(), day).request_id);
        assert!(crate::Event::new("/tests", request).is_ok());
    }
}
