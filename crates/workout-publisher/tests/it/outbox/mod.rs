//! The outbox in SQLite.

mod metrics;
mod suite;

use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use std::time::Duration;
use tempfile::TempDir;
use workout_broker::{Prefetch, Queue};
use workout_events::{Event, WorkoutDeleted};
use workout_publisher::Broker;
use workout_publisher::outbox::{Relay, SqliteOutbox};

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_keeps_the_contract_of_outboxes() {
    let (_folder, pool) = open().await;
    suite::holds(&pool).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_is_no_message_is_parked_and_its_neighbours_are_sent() {
    let (_folder, pool) = open().await;
    suite::spoiled(&pool, async |id| {
        let spoil = "UPDATE workout_outbox_events SET envelope = 'spoiled' WHERE id = $1";
        sqlx::query(spoil).bind(id).execute(&pool).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn relays_that_die_lose_nothing() {
    let (_folder, pool) = open().await;
    suite::chaos::survives(&pool, 0x5eed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backlog_is_drained() {
    let (_folder, pool) = open().await;
    suite::backlog::drains(&pool, 5_000).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_event_arrives_through_a_broker_as_it_was() {
    let (_folder, pool) = open().await;
    let outbox = SqliteOutbox::new(pool.clone());
    outbox.migrate().await.unwrap();
    let event = suite::event();
    suite::enqueue(&outbox, &pool, std::slice::from_ref(&event)).await;

    let broker = Broker::in_process();
    broker.declare(&Queue::new("queue").bind_type::<WorkoutDeleted>()).await.unwrap();
    let mut deliveries = broker.consume("queue", Prefetch::default()).await.unwrap();
    let relay = Relay::new(outbox, &broker);
    let arrival = async {
        let delivery = deliveries.next().await.unwrap().unwrap();
        assert_eq!(Event::<WorkoutDeleted>::decode(delivery.body()).unwrap(), event);
        assert_eq!(delivery.message_id(), Some(event.id().to_string().as_str()));
        delivery.ack().await.unwrap();
    };
    assert_eq!(suite::bounded(relay.run(arrival)).await.unwrap().sent, 1);
}

async fn open() -> (TempDir, SqlitePool) {
    let folder = tempfile::tempdir().unwrap();
    let options = SqliteConnectOptions::new()
        .filename(folder.path().join("host.db"))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(30));
    (folder, SqlitePool::connect_with(options).await.unwrap())
}
