//! A transaction of somebody else that stays open.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use workout_events::WorkoutId;
use workout_publisher::outbox::{PgOutbox, Relay};

use super::suite::backlog::Counter;
use super::suite::script::Script;
use super::{filled, open, suite};

/// Enough that walking past it again and again takes several times as long as the rest.
const EVENTS: i64 = 60_000;

/// `PostgreSQL` cannot clean up behind it, so that who looks from the beginning walks past all that was sent since.
#[tokio::test(flavor = "multi_thread")]
async fn what_it_keeps_from_being_cleaned_up_does_not_slow_the_relay_down() {
    let mut ratios = Vec::new();
    for _ in 0..3 {
        let without = drained_beside(false).await;
        let beside = drained_beside(true).await;
        ratios.push(beside.as_secs_f64() / without.as_secs_f64());
    }
    ratios.sort_by(f64::total_cmp);
    println!("beside an open transaction it takes {ratios:.2?} times as long");
    assert!(ratios[1] < 1.8, "{ratios:?}");
}

async fn drained_beside(is_open: bool) -> Duration {
    let (_database, pool) = open().await;
    let outbox = filled(&pool, EVENTS).await;
    let mut other = pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ").await.unwrap();
    if is_open {
        sqlx::query("SELECT count(*) FROM workout_outbox.hint").execute(&mut *other).await.unwrap();
    }
    let start = Instant::now();
    let sink = Counter::default();
    let all = suite::until(async || sink.taken.load(Ordering::SeqCst) >= usize::try_from(EVENTS).unwrap());
    suite::bounded(Relay::through(outbox, sink.clone()).run(all)).await.unwrap();
    let took = start.elapsed();
    other.rollback().await.unwrap();
    took
}

/// Where a look begins is a hint. What commits behind it is found all the same, and holds up what comes later.
#[tokio::test(flavor = "multi_thread")]
async fn what_commits_far_behind_is_found_in_its_order() {
    let (_database, pool) = open().await;
    let outbox = PgOutbox::new(pool.clone());
    outbox.migrate().await.unwrap();
    let sent = Script::confirming();
    let relay = Relay::through(outbox.clone(), sent.clone()).window(5).poll(Duration::from_millis(20));
    let work = async {
        for _ in 0..10 {
            let workout = WorkoutId::generate();
            let mut slow = pool.begin().await.unwrap();
            outbox.enqueue(&mut slow, &suite::revision(workout, 1)).await.unwrap();
            let before = sent.arrived().len();
            let others: Vec<_> = (0..100).map(|_| suite::event()).collect();
            suite::enqueue(&outbox, &pool, &others).await;
            suite::until(async || sent.arrived().len() == before + 100).await;

            // Both are there at the same moment, one far behind and one in front.
            outbox.enqueue(&mut slow, &suite::revision(workout, 2)).await.unwrap();
            slow.commit().await.unwrap();
            suite::until(async || sent.arrived().len() == before + 102).await;
            let revisions = [1, 2].map(|revision| suite::revision(workout, revision).id());
            assert_eq!(sent.confirmed_of(&workout.to_string()), revisions);
        }
    };
    assert_eq!(suite::bounded(Box::pin(relay.run(work))).await.unwrap().sent, 1020);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lag_is_told_without_a_look_at_everything() {
    let (_database, pool) = open().await;
    let outbox = filled(&pool, 200_000).await;
    let count = "SELECT count(*), min(enqueued_at)::text FROM workout_outbox.events
        WHERE sent_at IS NULL AND parked_at IS NULL";
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..5 {
        let start = Instant::now();
        assert_eq!(outbox.lag().await.unwrap().events, 200_000);
        ours.push(start.elapsed());
        let start = Instant::now();
        sqlx::query(count).execute(&pool).await.unwrap();
        theirs.push(start.elapsed());
    }
    ours.sort_unstable();
    theirs.sort_unstable();
    println!("lag: {:?}, count of everything: {:?}", ours[2], theirs[2]);
    assert!(ours[2] * 2 < theirs[2]);
}
