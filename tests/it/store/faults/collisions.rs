//! Transactions that stand in one another's way.

use stats_store::Fact;
use support::proxy::Place;
use tokio::task::JoinSet;
use tokio::time::timeout;
use workout_events::UserId;

use crate::store::LIMIT;
use crate::store::site::{Site, are_new, write};

/// The rows of the people, as a write begins to look for them. What comes before is a look at workouts, without a lock.
const PEOPLE: &str = "SELECT user_id";

#[tokio::test(flavor = "multi_thread")]
async fn a_write_in_a_deadlock_begins_anew_as_a_whole() {
    let mut site = Site::open().await;
    assert!(are_new(&write(&site.store, &site.tale.facts_of(3)).await.unwrap()));
    // Who has waited for so long looks once whether it is a deadlock. The other one never does, so it is the one that goes on.
    site.set("deadlock_timeout = '3s'").await;
    site.open_again().await;
    let mut users = site.tale.users.clone();
    users.sort_unstable();
    let mut other = site.pool.begin().await.unwrap();
    sqlx::raw_sql("SET LOCAL deadlock_timeout = '1h'").execute(&mut *other).await.unwrap();
    lock(&mut other, users[2]).await;

    let facts = site.tale.facts_of(3);
    let mut stop = site.proxy.stop(Place::Before(PEOPLE));
    let writing = write_apart(&site, facts);
    // Statements are sent twice: to be prepared, and to be executed.
    for _ in 0..2 {
        let held = timeout(LIMIT, stop.reached()).await.unwrap();
        stop = site.proxy.stop(Place::Before(PEOPLE));
        held.pass();
    }
    let mut anew = site.proxy.stop(Place::Before("BEGIN"));
    // It has the first two and waits for the last; or it comes to that when this one has the first, and no harm is done.
    support::wait::until("the write waits", LIMIT, || async { site.count(WAITING).await == 1 }).await;
    lock(&mut other, users[0]).await;
    other.commit().await.unwrap();
    timeout(LIMIT, anew.reached()).await.expect("it begins anew").pass();
    assert!(timeout(LIMIT, writing).await.unwrap().unwrap());
    site.judge().await;
}

const WAITING: &str =
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_cannot_be_serialized_begins_anew_as_a_whole() {
    let mut site = Site::open().await;
    site.set("default_transaction_isolation = 'serializable'").await;
    site.open_again().await;
    assert!(are_new(&write(&site.store, &site.tale.facts_of(3)).await.unwrap()));
    // No statement is prepared yet, so that each is sent twice.
    site.open_again().await;
    let theirs = site.tale.facts_of(3);
    // After the first statement, with which its view of the database begins.
    let mut stop = site.proxy.stop(Place::After("SELECT workout_id"));
    let ours = site.tale.facts_of(3);
    let writing = write_apart(&site, ours);
    let held = timeout(LIMIT, stop.reached()).await.unwrap();
    stop = site.proxy.stop(Place::After("SELECT workout_id"));
    held.pass();
    let held = timeout(LIMIT, stop.reached()).await.unwrap();
    assert!(are_new(&write(&site.store, &theirs).await.unwrap()));
    let mut anew = site.proxy.stop(Place::Before("BEGIN"));
    held.pass();
    timeout(LIMIT, anew.reached()).await.expect("it begins anew").pass();
    assert!(timeout(LIMIT, writing).await.unwrap().unwrap());
    site.judge().await;
}

/// More of them at once than begin anew without being told.
#[tokio::test(flavor = "multi_thread")]
async fn writers_that_cannot_be_serialized_double_nothing() {
    let mut site = Site::open().await;
    site.set("default_transaction_isolation = 'serializable'").await;
    site.open_again().await;
    let mut writers = JoinSet::new();
    for _ in 0..4 {
        let batches: Vec<_> = (0..8).map(|_| site.tale.facts_of(3)).collect();
        let writer = site.store.writer();
        writers.spawn(async move {
            for facts in batches {
                while let Err(error) = writer.write(&facts).await {
                    assert!(error.is_transient(), "{error:?}");
                }
            }
        });
    }
    timeout(LIMIT, writers.join_all()).await.unwrap();
    site.judge().await;
}

/// Whether all was new.
fn write_apart(site: &Site, facts: Vec<Fact>) -> tokio::task::JoinHandle<bool> {
    let writer = site.store.writer();
    tokio::spawn(async move { are_new(&writer.write(&facts).await.unwrap()) })
}

async fn lock(transaction: &mut sqlx::PgTransaction<'_>, user: UserId) {
    let lock = "SELECT user_id FROM workout_stats.people WHERE user_id = $1 FOR UPDATE";
    sqlx::query(lock).bind(user.as_uuid()).execute(&mut **transaction).await.unwrap();
}
