//! A file of SQLite that is locked, and one whose writer is killed.

use std::env;
use std::time::{Duration, Instant};

use stats_store::StatsStore;
use support::wait;
use tokio::time::sleep;

use crate::outbox::suite::chaos::Dice;
use crate::store::LIMIT;
use crate::store::file::File;
use crate::store::judge::{Ledger, judge};
use crate::store::queue::Queue;
use crate::store::running::Running;
use crate::store::tale::Tale;

/// Longer than a writer waits before it says that the file is busy, which nobody has to be told of.
const HELD: Duration = Duration::from_secs(12);

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_somebody_locks_for_a_while_pauses_the_consumer() {
    let file = File::new().await;
    let store = StatsStore::connect(&file.url()).await.unwrap();
    let running = Running::start(&store).await;
    let tale = Tale::of(40);
    let holder = file.pool.begin_with("BEGIN IMMEDIATE").await.unwrap();
    let begun = Instant::now();
    running.publish(&tale.said).await;
    running.until_paused().await;
    sleep(HELD.saturating_sub(begun.elapsed())).await;
    holder.rollback().await.unwrap();
    running.drained().await;
    judge(&store, Ledger::Sqlite(&file.pool), tale.facts()).await;
}

/// Wherever it is. `WORKOUT_TEST_STORE_KILLS` asks for more.
#[tokio::test(flavor = "multi_thread")]
async fn a_consumer_that_is_killed_at_random_loses_nothing_from_a_file() {
    let kills = env::var("WORKOUT_TEST_STORE_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(12_u32);
    let file = File::new().await;
    let store = StatsStore::connect(&file.url()).await.unwrap();
    let queue = Queue::open(&store).await;
    let (mut tale, mut dice) = (Tale::new(), Dice::new(0x5eed));
    for _ in 0..kills {
        queue.publish(&tale.go_on(60)).await;
        let victim = queue.process(&file.url(), 5);
        let written = async || sqlx::query_scalar::<_, i64>(COUNT).fetch_one(&file.pool).await.unwrap();
        let all = i64::try_from(tale.said.len()).unwrap();
        let enough = all.min(written().await + i64::try_from(dice.roll(60)).unwrap() + 1);
        wait::until("some is written", LIMIT, || async { written().await >= enough }).await;
        drop(victim);
    }
    queue.drain(&store).await;
    judge(&store, Ledger::Sqlite(&file.pool), tale.facts()).await;
}

const COUNT: &str = "SELECT count(*) FROM workout_stats_ledger";
