//! There is no room left on the disk.

use rustix::process::{Resource, Rlimit, Signal, setrlimit};
use sqlx::PgPool;
use stats_store::StatsStore;
use support::own;
use tokio::signal::unix::{SignalKind, signal};

use crate::store::file::File;
use crate::store::judge::{Ledger, judge};
use crate::store::running::{Running, publish_until_paused};
use crate::store::site::write;
use crate::store::tale::Tale;

const SIZE: &str = "SELECT pg_relation_size('workout_stats.ledger')";

/// The table with the most in it cannot grow, which the server finds out in the middle of a page.
#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_is_full_for_a_while_pauses_the_consumer() {
    let Some(server) = own::postgres().await else { return };
    let pool = PgPool::connect(&server.url()).await.unwrap();
    let store = StatsStore::connect(&server.url()).await.unwrap();
    let mut tale = Tale::new();
    let size = async || sqlx::query_scalar::<_, i64>(SIZE).fetch_one(&pool).await.unwrap();
    // More than a segment of the log, which could not be written otherwise.
    while size().await < 1_200_000 {
        let _ = write(&store, &tale.facts_of(500)).await.unwrap();
    }
    let running = Running::start(&store).await;
    for _ in 0..2 {
        server.limit_files(Some(u64::try_from(size().await).unwrap() + 4_096));
        publish_until_paused(&running, &mut tale).await;
        server.limit_files(None);
        // Nothing grows while the size is looked at.
        running.until_handled().await;
    }
    running.drained().await;
    judge(&store, Ledger::Postgres(&pool), tale.facts()).await;
}

/// No file may become longer, which SQLite calls a failure to write.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_grow_for_a_while_pauses_the_consumer() {
    // Who writes more than is allowed is ended, unless this is handled.
    let _handled = signal(SignalKind::from_raw(Signal::XFSZ.as_raw())).unwrap();
    let limit = |bytes| setrlimit(Resource::Fsize, Rlimit { current: bytes, maximum: None }).unwrap();
    let file = File::new().await;
    let store = StatsStore::connect(&file.url()).await.unwrap();
    let running = Running::start(&store).await;
    let mut tale = Tale::new();
    for bytes in [300_000, 600_000] {
        limit(Some(bytes));
        publish_until_paused(&running, &mut tale).await;
        limit(None);
    }
    running.drained().await;
    judge(&store, Ledger::Sqlite(&file.pool), tale.facts()).await;
}
