//! Somebody holds a table for a while, as `ALTER TABLE` and `VACUUM FULL` do.

use std::time::Duration;

use sqlx::AssertSqlSafe;
use stats_store::StatsStore;
use tokio::time::sleep;

use crate::store::LIMIT;
use crate::store::running::Running;
use crate::store::site::Site;

/// How long, with one connection.
const HELD: Duration = Duration::from_secs(2);

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_is_locked_for_a_while_costs_no_attempt() {
    let mut site = Site::open().await;
    let only = StatsStore::builder(&site.database.url()).connections(1).connect().await.unwrap();
    let running = Running::start(&only).await;
    for table in ["people", "ledger", "workouts", "days"] {
        let mut holder = site.pool.begin().await.unwrap();
        let lock = format!("LOCK TABLE workout_stats.{table} IN ACCESS EXCLUSIVE MODE");
        sqlx::raw_sql(AssertSqlSafe(lock)).execute(&mut *holder).await.unwrap();
        running.publish(&site.tale.go_on(30)).await;
        support::wait::until("a write waits", LIMIT, || async { site.count(WAITING).await > 0 }).await;
        // The time is what is tested: nobody may lose patience.
        sleep(HELD).await;
        holder.rollback().await.unwrap();
    }
    running.drained().await;
    site.judge().await;
}

const WAITING: &str =
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
