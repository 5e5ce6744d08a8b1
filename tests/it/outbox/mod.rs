//! The outbox in PostgreSQL, and from it to RabbitMQ.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use support::postgres::{self, Database};
use support::rabbitmq;
use workout_broker::{Broker, Lane, Outcome, Prefetch, Queue};
use workout_events::amqp::Message;
use workout_events::{Event, EventId, WorkoutDeleted};
use workout_publisher::outbox::{PgOutbox, Relay, Sink};

/// The suite of the publisher's crate: its own tests ask it of SQLite.
#[path = "../../../crates/workout-publisher/tests/it/outbox/suite/mod.rs"]
pub(crate) mod suite;

mod faults;
mod long_transaction;
mod poison;
mod processes;

use suite::script::Script;

#[tokio::test(flavor = "multi_thread")]
async fn postgresql_keeps_the_contract_of_outboxes() {
    let (_database, pool) = open().await;
    Box::pin(suite::holds(&pool)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_is_no_message_is_parked_and_its_neighbours_are_sent() {
    let (_database, pool) = open().await;
    suite::spoiled(&pool, async |id| {
        let spoil = "UPDATE workout_outbox.events SET envelope = 'spoiled' WHERE id = $1";
        sqlx::query(spoil).bind(id).execute(&pool).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn relays_that_die_lose_nothing() {
    for seed in [1, 0x5eed, 0xdead_beef] {
        let (_database, pool) = open().await;
        suite::chaos::survives(&pool, seed).await;
    }
}

/// Trap H8: the number is taken before the commit, so what commits late has a number that a cursor has passed.
#[tokio::test(flavor = "multi_thread")]
async fn a_late_commit_with_a_lower_number_is_not_skipped() {
    let (_database, pool) = open().await;
    let outbox = PgOutbox::new(pool.clone());
    outbox.migrate().await.unwrap();
    let (late, early) = (suite::event(), suite::event());
    let mut slow = pool.begin().await.unwrap();
    outbox.enqueue(&mut slow, &late).await.unwrap();
    suite::enqueue(&outbox, &pool, std::slice::from_ref(&early)).await;

    // The idle transaction of the slow writer holds nobody up.
    let sent = Script::confirming();
    let one = suite::until(async || sent.arrived().len() == 1);
    assert_eq!(suite::bounded(Relay::through(outbox.clone(), sent.clone()).run(one)).await.unwrap().sent, 1);
    assert_eq!(sent.arrived(), [early.id()]);
    let cursor: i64 = sqlx::query_scalar("SELECT max(seq) FROM workout_outbox.events WHERE sent_at IS NOT NULL")
        .fetch_one(&pool)
        .await
        .unwrap();

    slow.commit().await.unwrap();

    let past_the_cursor: i64 = sqlx::query_scalar("SELECT count(*) FROM workout_outbox.events WHERE seq > $1")
        .bind(cursor)
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(past_the_cursor, 0, "a cursor would never have seen it");
    let two = suite::until(async || sent.arrived().len() == 2);
    assert_eq!(suite::bounded(Relay::through(outbox.clone(), sent.clone()).run(two)).await.unwrap().sent, 1);
    assert_eq!(sent.arrived(), [early.id(), late.id()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sleeping_relay_hears_of_a_commit() {
    let (_database, pool) = open().await;
    let outbox = PgOutbox::new(pool.clone());
    outbox.migrate().await.unwrap();
    let sent = Script::confirming();
    let relay = Relay::through(outbox.clone(), sent.clone()).poll(Duration::from_hours(1));
    let woken = async {
        let asleep = "SELECT asleep_until > now() + interval '2 seconds' FROM workout_outbox.hint";
        suite::until(async || sqlx::query_scalar::<_, bool>(asleep).fetch_one(&pool).await.unwrap()).await;
        suite::enqueue(&outbox, &pool, &[suite::event()]).await;
        suite::until(async || sent.arrived().len() == 1).await;
        let early = "SELECT asleep_until > clock_timestamp() FROM workout_outbox.hint";
        assert!(sqlx::query_scalar::<_, bool>(early).fetch_one(&pool).await.unwrap(), "it looked by itself");
    };
    assert_eq!(suite::bounded(Box::pin(relay.run(woken))).await.unwrap().sent, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backlog_is_drained_into_nothing() {
    let (_database, pool) = open().await;
    suite::backlog::drains(&pool, 50_000).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backlog_is_drained_into_rabbitmq() {
    const EVENTS: usize = 10_000;
    let (_database, pool) = open().await;
    let vhost = rabbitmq::vhost().await;
    let broker = Broker::connect(&vhost.amqp_url()).await.unwrap();
    broker.declare(&Queue::new("queue").bind_type::<WorkoutDeleted>()).await.unwrap();
    let outbox = PgOutbox::new(pool.clone());
    outbox.migrate().await.unwrap();
    let events: Vec<_> = (0..EVENTS).map(|_| suite::event()).collect();
    for batch in events.chunks(1000) {
        suite::enqueue(&outbox, &pool, batch).await;
    }

    let start = Instant::now();
    let taken = Arc::new(AtomicUsize::new(0));
    let relay = Relay::through(outbox.clone(), Counted(broker.lane(), Arc::clone(&taken)));
    // Not by `lag`, which counts all rows and would be what is measured.
    let all = suite::until(async || taken.load(Ordering::SeqCst) >= EVENTS);
    let report = suite::bounded(relay.run(all)).await.unwrap();
    println!("relay into RabbitMQ: {:.0} events/s", suite::backlog::rate(EVENTS, start));
    assert_eq!(report.sent, EVENTS as u64);

    let mut deliveries = broker.consume("queue", Prefetch::default()).await.unwrap();
    let mut arrived = BTreeSet::new();
    for _ in 0..EVENTS {
        let delivery = suite::bounded(deliveries.next()).await.unwrap().unwrap();
        let event = Event::<WorkoutDeleted>::decode(delivery.body()).unwrap();
        assert_eq!(delivery.message_id(), Some(event.id().to_string().as_str()));
        arrived.insert(event.id());
        delivery.ack().await.unwrap();
    }
    assert_eq!(arrived, events.iter().map(Event::id).collect::<BTreeSet<EventId>>());
    broker.close().await.unwrap();
}

/// A lane that knows how much it has published.
struct Counted(Lane, Arc<AtomicUsize>);

impl Sink for Counted {
    async fn publish(&mut self, window: &[Arc<Message>]) -> Vec<Outcome> {
        let outcomes = self.0.publish(window).await;
        self.1.fetch_add(window.len(), Ordering::SeqCst);
        outcomes
    }
}

async fn open() -> (Database, PgPool) {
    let database = postgres::database().await;
    let pool = connect(&database.url()).await;
    (database, pool)
}

async fn connect(url: &str) -> PgPool {
    PgPoolOptions::new().max_connections(10).connect(url).await.unwrap()
}

/// An outbox with so many events that have ids and subjects of their own, and the message of another.
async fn filled(pool: &PgPool, events: i64) -> PgOutbox {
    let outbox = PgOutbox::new(pool.clone());
    outbox.migrate().await.unwrap();
    suite::enqueue(&outbox, pool, &[suite::event()]).await;
    let more = "INSERT INTO workout_outbox.events (id, subject, exchange, routing_key, envelope, body)
        SELECT gen_random_uuid(), gen_random_uuid()::text, exchange, routing_key, envelope, body
        FROM workout_outbox.events, generate_series(2, $1)";
    sqlx::query(more).bind(events).execute(pool).await.unwrap();
    sqlx::raw_sql("ANALYZE workout_outbox.events").execute(pool).await.unwrap();
    outbox
}
