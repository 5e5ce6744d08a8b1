//! Workouts in the order in which they happen, of people at random.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use workout_benches::Failure;
use workout_events::amqp::Message;
use workout_events::jiff::Timestamp;
use workout_events::{
    ActivityType, Event, Exercise, Moment, Set, SetKind, Source, UserId, WorkoutId, WorkoutPerformed, ZoneName,
};

/// How many people there are.
const USERS: usize = 1_000;

const ACTIVITIES: [ActivityType; 3] = [ActivityType::Running, ActivityType::Strength, ActivityType::Cycling];

/// When the next workout begins: one a minute, from 2001 on, so that a round goes on where the one before has ended.
static NEXT: AtomicI64 = AtomicI64::new(1_000_000_000);

/// People who are the same in all rounds.
pub(crate) fn users() -> Vec<UserId> {
    (0..USERS).map(|number| UserId::from_foreign("bench", &number.to_string())).collect()
}

/// Events of workouts that are new each time.
pub(crate) fn history(
    users: &[UserId],
    events: usize,
    exercises: usize,
) -> Result<Vec<Event<WorkoutPerformed>>, Failure> {
    let mut seed = 0x5eed_u64;
    let mut random = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap_or(0) % below
    };
    (0..events)
        .map(|_| {
            let start = NEXT.fetch_add(60, Ordering::Relaxed);
            let moment = |second: i64| Timestamp::from_second(second).map(Moment::from);
            let mut data = WorkoutPerformed::in_zone(
                (WorkoutId::generate(), users[random(users.len())]),
                Source::new("bench"),
                ACTIVITIES[random(ACTIVITIES.len())],
                (moment(start)?, moment(start + 3_600)?),
                ZoneName::new("Europe/Berlin")?,
            )
            .energy_kcal(500);
            for _ in 0..exercises {
                let name = format!("exercise-{}", random(40));
                let sets: Vec<_> =
                    (0..4).map(|index| Set::new(index, SetKind::Normal).reps(8).load_g(80_000)).collect();
                data.exercises.push(Exercise::new(name.clone(), name).sets(sets));
            }
            Ok(Event::new("/bench", data)?)
        })
        .collect()
}

/// The same as they travel.
pub(crate) fn messages(users: &[UserId], events: usize, exercises: usize) -> Result<Vec<Arc<Message>>, Failure> {
    history(users, events, exercises)?.iter().map(|event| Ok(Arc::new(Message::of(event)?))).collect()
}
