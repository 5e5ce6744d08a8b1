//! How much of a number is known.

use stats_store::{Coverage, Days, Fact, StatsStore};
use workout_events::jiff::{ToSpan, Zoned};
use workout_events::{ActivityType, Event, Source, UserId, WorkoutId, WorkoutPerformed};

#[tokio::test]
async fn what_nobody_reported_is_told_apart_from_nothing() {
    let store = StatsStore::memory();
    let (user, ended) = (UserId::generate(), Zoned::now());
    let performed = |activity| {
        let started = &ended - 10.minutes();
        WorkoutPerformed::new(WorkoutId::generate(), user, Source::new("tests"), activity, &started, &ended)
    };
    let (mut ran, walked) = (performed(ActivityType::Running), performed(ActivityType::Walking));
    (ran.energy_kcal, ran.distance_m) = (Some(0), Some(2_000));
    let facts = [ran, walked].map(|data| Fact::from(&Event::new("/tests", data).unwrap()));
    let _ = store.writer().write(&facts).await.unwrap();

    let reader = store.reader();
    let known = async |activity| {
        let Coverage { workouts, energy, distance, elevation_gain, volume, .. } =
            reader.coverage(user, Days::ALL, activity).await.unwrap().value;
        [workouts, energy, distance, elevation_gain, volume]
    };
    assert_eq!(known(None).await, [2, 1, 1, 0, 0]);
    assert_eq!(known(Some(ActivityType::Walking)).await, [1, 0, 0, 0, 0]);
    assert_eq!(known(Some(ActivityType::Yoga)).await, [0; 5]);
}
