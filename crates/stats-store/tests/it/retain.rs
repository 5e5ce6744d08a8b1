//! What does not count is let go.

use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use stats_store::{Effect, Fact, Retention, Sample, StatsStore};
use workout_events::jiff::{ToSpan, Zoned};
use workout_events::{ActivityType, Event, EventId, Source, UserId, WorkoutDeleted, WorkoutId, WorkoutPerformed};

const DAY: Duration = Duration::from_hours(24);

fn fact(data: WorkoutPerformed) -> Fact {
    Fact::from(&Event::new("/tests", data).unwrap())
}

#[tokio::test]
async fn what_comes_again_is_known_although_nothing_of_it_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("stats.db");
    let store = StatsStore::sqlite(&file).await.unwrap();
    let (user, ended) = (UserId::generate(), Zoned::now());
    let performed = || {
        let (id, started) = (WorkoutId::generate(), &ended - 10.minutes());
        WorkoutPerformed::new(id, user, Source::new("tests"), ActivityType::Running, &started, &ended)
    };
    // One that is edited, one that is deleted and one that counts; and of each something else under the same id.
    let (edited, gone, stays) = (performed().notes("secret"), performed().notes("secret"), performed().notes("public"));
    let edit = edited.clone().revision(2).notes("public");
    let deletion = Fact::from(&Event::new("/tests", WorkoutDeleted::new(gone.workout_id, 1)).unwrap());
    let own_id = Fact::from(&Event::builder("/tests", edited.clone()).id(EventId::generate()).build().unwrap());
    let contradictions = [&edited, &gone, &stays].map(|data| fact(data.clone().notes("secret contradiction")));
    let facts = [fact(edited), fact(gone), fact(stays), fact(edit), deletion];
    let writer = store.writer();
    assert_eq!(writer.write(&facts).await.unwrap()[..3], [Effect::Applied; 3]);
    assert_eq!(writer.write(&contradictions).await.unwrap(), [Effect::Conflict; 3]);
    let pool = SqlitePool::connect_with(SqliteConnectOptions::new().filename(&file)).await.unwrap();
    let secrets = async || -> (i64, i64) {
        let count = "SELECT (SELECT count(*) FROM workout_stats_ledger WHERE data LIKE '%secret%'),
                            (SELECT count(*) FROM workout_stats_quarantine)";
        sqlx::query_as(count).fetch_one(&pool).await.unwrap()
    };
    assert_eq!(secrets().await, (2, 3));

    // Nothing of it is old.
    let long = Retention::new().superseded(DAY).quarantine(DAY);
    let retained = store.retain(long, |_| {}).await.unwrap();
    assert_eq!((retained.stripped, retained.discarded, secrets().await), (0, 0, (2, 3)));
    for (retention, want, left) in [
        (Retention::new(), (0, 0), (2, 3)),
        (Retention::new().superseded(Duration::ZERO), (3, 0), (0, 3)),
        (Retention::new().quarantine(Duration::ZERO), (0, 3), (0, 0)),
        (Retention::new().superseded(Duration::ZERO).quarantine(Duration::ZERO), (0, 0), (0, 0)),
    ] {
        let retained = store.retain(retention, |_| {}).await.unwrap();
        assert_eq!(((retained.stripped, retained.discarded), secrets().await), (want, left));
    }
    assert!(store.verify(Sample::All, |_| {}).await.unwrap().drifts.is_empty());

    assert_eq!(writer.write(&facts).await.unwrap(), [Effect::Duplicate; 5]);
    assert_eq!(writer.write(&[own_id]).await.unwrap(), [Effect::Duplicate]);
    assert_eq!(writer.write(&contradictions).await.unwrap(), [Effect::Conflict; 3]);
    assert_eq!(store.reader().totals(user).await.unwrap().total_workouts, 2);
    assert!(store.verify(Sample::All, |_| {}).await.unwrap().drifts.is_empty());
    // Only what is still there is told.
    let told = store.reader().revisions(user, facts[0].workout_id().unwrap()).await.unwrap().value;
    assert_eq!(told.iter().map(|data| data.revision).collect::<Vec<_>>(), [2]);
}

#[tokio::test]
async fn what_is_done_is_told_and_not_done_twice() {
    let store = StatsStore::memory();
    let (user, ended) = (UserId::generate(), Zoned::now());
    let revisions = (0..500).flat_map(|_| {
        let (id, started) = (WorkoutId::generate(), &ended - 10.minutes());
        let data = WorkoutPerformed::new(id, user, Source::new("tests"), ActivityType::Running, &started, &ended);
        [fact(data.clone()), fact(data.revision(2))]
    });
    let _ = store.writer().write(&revisions.collect::<Vec<_>>()).await.unwrap();
    let all = Retention::new().superseded(Duration::ZERO);
    let mut told = Vec::new();
    // Given up in the midst of it.
    let mut first = Box::pin(store.retain(all, |progress| told.push((progress.done, progress.all))));
    let given_up = tokio::time::timeout(Duration::ZERO, &mut first).await;
    drop(first);
    let rest = store.retain(all, |progress| told.push((progress.done, progress.all))).await.unwrap();
    assert!(rest.stripped <= 500 && (given_up.is_ok() || rest.stripped > 0), "{rest:?}");
    assert_eq!(told.last(), Some(&(500, 500)));
    assert_eq!(store.retain(all, |_| {}).await.unwrap().stripped, 0);
}
