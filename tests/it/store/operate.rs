//! What an operator does beside writers.

use std::time::Duration;

use proptest::test_runner::{Config, TestRunner};
use stats_store::testing::{agrees_with_little_kept, histories};
use stats_store::{Effect, Fact, Retention, StatsStore};
use tokio::runtime::Handle;
use tokio::task::{JoinSet, block_in_place};
use workout_events::jiff::Timestamp;
use workout_events::{ActivityType, Event, Moment, Source, UserId, WorkoutId, WorkoutPerformed, ZoneName};

use super::{is_true, open};

#[tokio::test(flavor = "multi_thread")]
async fn what_was_let_go_changes_no_number() {
    let (_database, store, _) = open().await;
    let config = Config { cases: 20, failure_persistence: None, ..Config::default() };
    let told = TestRunner::new(config).run(&histories(), |history| {
        block_in_place(|| Handle::current().block_on(agrees_with_little_kept(&history, &store)));
        Ok(())
    });
    told.unwrap_or_else(|failure| panic!("{failure}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn letting_go_beside_writers_loses_nothing_and_doubles_nothing() {
    let (_database, store, pool) = open().await;
    let users: Vec<_> = (0..4).map(|_| UserId::generate()).collect();
    // Every workout of everybody in three revisions, told by four writers at the same time, each in an order of his own.
    let workouts: Vec<_> = (0..60).map(|at| (WorkoutId::generate(), users[at % users.len()])).collect();
    let facts: Vec<_> = workouts.iter().flat_map(|of| [1, 2, 3].map(|revision| revised(*of, revision))).collect();
    let mut writers = JoinSet::new();
    for turn in 0..4 {
        let (store, mut facts) = (store.clone(), facts.clone());
        facts.rotate_left(turn * 45);
        writers.spawn(async move {
            for batch in facts.chunks(10) {
                write(&store, batch).await;
            }
        });
    }
    let letting_go = async {
        while !writers.is_empty() {
            let all = Retention::new().superseded(Duration::ZERO);
            store.retain(all, |_| {}).await.unwrap();
            while let Some(done) = writers.try_join_next() {
                done.unwrap();
            }
        }
        store.retain(Retention::new().superseded(Duration::ZERO), |_| {}).await.unwrap();
    };
    letting_go.await;

    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM workout_stats.ledger WHERE data LIKE '{\"stripped\"%'")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(left, 120);
    assert_eq!(write(&store, &facts).await, vec![Effect::Duplicate; 180]);
    is_true(&store).await;
}

async fn write(store: &StatsStore, facts: &[Fact]) -> Vec<Effect> {
    // Writers that stand in one another's way again and again are told so, and begin anew.
    loop {
        match store.writer().write(facts).await {
            Ok(effects) => return effects,
            Err(error) => assert!(error.is_transient(), "{error:?}"),
        }
    }
}

fn revised((workout, user): (WorkoutId, UserId), revision: u32) -> Fact {
    let moment = |second| Moment::from(Timestamp::from_second(second).unwrap());
    let times = (moment(1_700_000_000), moment(1_700_000_000 + i64::from(revision) * 60));
    let data =
        WorkoutPerformed::in_zone((workout, user), Source::new("tests"), ActivityType::Running, times, ZoneName::utc());
    Fact::from(&Event::new("/tests", data.revision(revision)).unwrap())
}
