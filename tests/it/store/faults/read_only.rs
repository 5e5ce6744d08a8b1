//! Nothing can be written for a while.

use sqlx::PgPool;
use stats_store::StatsStore;
use support::own;

use crate::store::judge::{Ledger, judge};
use crate::store::running::{Running, publish_until_paused};
use crate::store::site::Site;
use crate::store::tale::Tale;

/// A setting of the server, of which all connections hear.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_read_only_for_a_while_pauses_the_consumer() {
    let Some(server) = own::postgres().await else { return };
    let pool = PgPool::connect(&server.url()).await.unwrap();
    let store = StatsStore::connect(&server.url()).await.unwrap();
    let running = Running::start(&store).await;
    let mut tale = Tale::new();
    for _ in 0..2 {
        let set = "ALTER SYSTEM SET default_transaction_read_only = on";
        administer(&pool, &[set, "SELECT pg_reload_conf()"]).await;
        publish_until_paused(&running, &mut tale).await;
        // The setting does not hold for those who say otherwise.
        let (allow, reset) =
            ("SET default_transaction_read_only = off", "ALTER SYSTEM RESET default_transaction_read_only");
        administer(&pool, &[allow, reset, "SELECT pg_reload_conf()"]).await;
    }
    running.drained().await;
    judge(&store, Ledger::Postgres(&pool), tale.facts()).await;
}

/// What was the primary is a standby now, and its name leads to another server: the connections that there are stay with the
/// standby, whatever happens.
#[tokio::test(flavor = "multi_thread")]
async fn connections_to_what_has_become_a_standby_are_given_up() {
    const TERMINATE: &str = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'workout-stats'";
    let mut site = Site::open().await;
    let running = Running::start(&site.store).await;
    site.set("default_transaction_read_only = on").await;
    assert!(site.count(TERMINATE).await > 0);
    publish_until_paused(&running, &mut site.tale).await;
    site.set("default_transaction_read_only = off").await;
    running.drained().await;
    site.judge().await;
}

async fn administer(pool: &PgPool, all: &[&'static str]) {
    let mut connection = pool.acquire().await.unwrap();
    for sql in all {
        sqlx::raw_sql(*sql).execute(&mut *connection).await.unwrap();
    }
}
