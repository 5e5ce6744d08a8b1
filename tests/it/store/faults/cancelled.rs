//! Writes that nobody waits for any more.

use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use support::wait;
use tokio::time::timeout;

use crate::store::LIMIT;
use crate::store::site::{Site, write};

/// Connections that have been left in a transaction.
const LEFT: &str = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'";

/// Trap H3: whoever gives up on BEGIN gives up on a connection, if the transaction is in the same future. The future is
/// dropped at each place where it waits.
#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_is_dropped_anywhere_leaves_the_connections_as_they_were() {
    let mut site = Site::open().await;
    for pauses in 0.. {
        let facts = site.tale.facts_of(2);
        let writer = site.store.writer();
        let is_done = until_pause(pauses, writer.write(&facts)).await.is_some();
        let nobody_is_left = || async { site.count(LEFT).await == 0 };
        wait::until("no transaction is left open", LIMIT, nobody_is_left).await;
        assert!(write(&site.store, &facts).await.is_ok());
        site.judge().await;
        if is_done {
            break;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn more_writes_than_connections_that_nobody_waits_for_are_done_or_not() {
    let mut site = Site::open().await;
    let mut holder = site.pool.begin().await.unwrap();
    sqlx::raw_sql("LOCK TABLE workout_stats.ledger IN ACCESS EXCLUSIVE MODE").execute(&mut *holder).await.unwrap();
    for _ in 0..12 {
        let (writer, facts) = (site.store.writer(), site.tale.facts_of(1));
        let given_up = timeout(Duration::from_millis(20), async move { writer.write(&facts).await }).await;
        assert!(given_up.is_err(), "the ledger is held");
    }
    holder.rollback().await.unwrap();
    assert!(write(&site.store, &site.tale.facts()).await.is_ok());
    site.judge().await;
}

/// What the future comes to, unless it waits for the time after this many: then it is dropped.
async fn until_pause<F: Future>(pauses: usize, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut seen = 0;
    std::future::poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending if seen == pauses => Poll::Ready(None),
        Poll::Pending => {
            seen += 1;
            Poll::Pending
        }
    })
    .await
}
