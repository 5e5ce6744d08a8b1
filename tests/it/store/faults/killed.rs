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

/// At the n-th request of a batch, for n from 1 until a batch passes; before it reaches the server, and when it has been
/// answered. The place before the first is that before the write, and the answer to the last is that to COMMIT: all is
/// committed then and nothing is acknowledged.
#[tokio::test(flavor = "multi_thread")]
async fn a_consumer_that_is_killed_anywhere_loses_nothing_and_doubles_nothing() {
    let database = postgres::database().await;
    let pool = PgPool::connect(&database.url()).await.unwrap();
    let store = StatsStore::connect(&database.url()).await.unwrap();
    let proxy = Proxy::to(&database.url()).await;
    let queue = Queue::open(&store).await;
    let start = || queue.process(proxy.url(), SIZE);
    let (mut tale, mut victim, mut killed) = (Tale::new(), start(), Vec::new());
    queue.publish(&tale.go_on(1)).await;
    for place in [Place::BeforeNth, Place::AfterNth] {
        for nth in 1.. {
            // Whatever else it asks of the database, it does before it reads.
            queue.until_readers(1).await;
            until_written(&pool, &tale).await;
            let mut stop = proxy.stop(place(nth));
            queue.publish(&tale.go_on(12)).await;
            let held = tokio::select! {
                biased;
                held = stop.reached() => held,
                () = until_written(&pool, &tale) => break,
            };
            killed.push(held.text().to_owned());
            drop(victim);
            held.cut();
            queue.until_readers(0).await;
            victim = start();
        }
    }
    drop(victim);
    for text in ["BEGIN", "INSERT INTO workout_stats.ledger", "UPDATE workout_stats.people", "COMMIT"] {
        assert!(killed.iter().filter(|killed| killed.starts_with(text)).count() > 1, "{text}: {killed:#?}");
    }
    queue.drain(&store).await;
    judge(&store, Ledger::Postgres(&pool), tale.facts()).await;
}

/// A message with which several processes have ended would be taken for the cause: none is to be hit twice.
async fn until_written(pool: &PgPool, tale: &Tale) {
    let all = i64::try_from(tale.said.len()).unwrap();
    let written = || sqlx::query_scalar::<_, i64>("SELECT count(*) FROM workout_stats.ledger").fetch_one(pool);
    wait::until("all is written", LIMIT, || async { written().await.unwrap() == all }).await;
}
