//! A consumer is killed wherever it is: before, within and after a transaction.

use sqlx::PgPool;
use stats_store::StatsStore;
use support::proxy::{Place, Proxy};
use support::{postgres, wait};

use crate::store::LIMIT;
use crate::store::judge::{Ledger, judge};
use crate::store::queue::Queue;
use crate::store::tale::Tale;

/// More than are published at once.
const SIZE: usize = 100;

/// The requests that every batch has.
const ALWAYS: [&str; 4] = ["BEGIN", "INSERT INTO workout_stats.ledger", "UPDATE workout_stats.people", "COMMIT"];

/// At the requests that every batch has, and at the n-th of one, for n from 1 until a batch passes, which has as many as what
/// happens in it makes of it; before it reaches the server, and when it has been answered. The place before the first is that
/// before the write, and the answer to the last is that to COMMIT: all is committed then and nothing is acknowledged.
#[tokio::test(flavor = "multi_thread")]
async fn a_consumer_that_is_killed_anywhere_loses_nothing_and_doubles_nothing() {
    let database = postgres::database().await;
    let pool = PgPool::connect(&database.url()).await.unwrap();
    let store = StatsStore::connect(&database.url()).await.unwrap();
    let proxy = Proxy::to(&database.url()).await;
    let queue = Queue::open(&store).await;
    let start = || queue.process(proxy.url(), SIZE);
    let (mut tale, mut victim) = (Tale::new(), Some(start()));
    queue.publish(&tale.go_on(1)).await;
    let mut is_killed_at = async |place| {
        // Whatever else it asks of the database, it does before it reads.
        queue.until_readers(1).await;
        until_written(&pool, &tale).await;
        let mut stop = proxy.stop(place);
        queue.publish(&tale.go_on(12)).await;
        let held = tokio::select! {
            biased;
            held = stop.reached() => held,
            () = until_written(&pool, &tale) => return false,
        };
        victim = None;
        held.cut();
        queue.until_readers(0).await;
        victim = Some(start());
        true
    };
    for text in ALWAYS {
        for place in [Place::Before(text), Place::After(text)] {
            assert!(is_killed_at(place).await, "{place:?}");
        }
    }
    for place in [Place::BeforeNth, Place::AfterNth] {
        let mut nth = 1;
        while is_killed_at(place(nth)).await {
            nth += 1;
        }
        assert!(nth > 8, "a batch passes at the request {nth}");
    }
    drop(victim);
    queue.drain(&store).await;
    judge(&store, Ledger::Postgres(&pool), tale.facts()).await;
}

/// A message with which several processes have ended would be taken for the cause: none is to be hit twice.
async fn until_written(pool: &PgPool, tale: &Tale) {
    let all = i64::try_from(tale.said.len()).unwrap();
    let written = || sqlx::query_scalar::<_, i64>("SELECT count(*) FROM workout_stats.ledger").fetch_one(pool);
    wait::until("all is written", LIMIT, || async { written().await.unwrap() == all }).await;
}
