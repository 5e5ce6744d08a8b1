//! Rows that can never be published, beside those that can.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::json;
use support::rabbitmq;
use workout_broker::{Broker, Prefetch, Queue};
use workout_events::{EventId, WorkoutDeleted};
use workout_publisher::outbox::{PgOutbox, Relay};

use super::{open, suite};

/// How each is spoiled, and why it is parked.
const POISON: [(&str, &str); 5] = [
    ("envelope = 'spoiled'", "not readable"),
    ("body = convert_to(repeat('x', 300000), 'UTF8')", "size"),
    ("routing_key = repeat('x', 256)", "name is too long"),
    ("exchange = 'internal'", "the broker refuses it"),
    ("exchange = 'nowhere'", "the broker refuses it"),
];

#[tokio::test(flavor = "multi_thread")]
async fn poison_is_parked_with_a_reason_and_its_neighbours_are_sent() {
    let (_database, pool) = open().await;
    let vhost = rabbitmq::vhost().await;
    let internal = json!({ "type": "fanout", "durable": true, "internal": true });
    vhost.management().put(&format!("exchanges/{}/internal", vhost.name()), internal).await.unwrap();
    let broker = Broker::connect(&vhost.amqp_url()).await.unwrap();
    broker.declare(&Queue::new("queue").bind_type::<WorkoutDeleted>()).await.unwrap();
    let outbox = PgOutbox::new(pool.clone());
    outbox.migrate().await.unwrap();
    let events: Vec<_> = (0..100).map(|_| suite::event()).collect();
    suite::enqueue(&outbox, &pool, &events).await;
    for (n, (spoil, _)) in POISON.iter().enumerate() {
        let update = format!("UPDATE workout_outbox.events SET {spoil} WHERE id = $1");
        let id = events[n * 20].id();
        sqlx::query(sqlx::AssertSqlSafe(update)).bind(id.as_uuid()).execute(&pool).await.unwrap();
    }

    let relay = Relay::new(outbox.clone(), &broker).window(25).park_after(2);
    let relay = relay.backoff(Duration::from_millis(5), Duration::from_millis(50)).poll(Duration::from_millis(20));
    let done = suite::until(async || outbox.lag().await.unwrap().events == 0);
    let report = suite::bounded(Box::pin(relay.run(done))).await.unwrap();
    assert_eq!((report.sent, report.parked), (95, 5));
    let parked = outbox.parked(10).await.unwrap();
    assert_eq!(parked.len(), POISON.len());
    for (n, (row, (spoil, want))) in parked.iter().zip(POISON).enumerate() {
        assert!(row.id == events[n * 20].id() && row.reason.contains(want), "{spoil}: {row:?}");
    }

    let mut deliveries = broker.consume("queue", Prefetch::default()).await.unwrap();
    let good = events.iter().enumerate().filter(|(n, _)| n % 20 != 0).map(|(_, event)| event.id());
    let mut missing: BTreeSet<EventId> = good.collect();
    while !missing.is_empty() {
        let delivery = suite::bounded(deliveries.next()).await.unwrap().unwrap();
        missing.remove(&suite::id_of(&delivery.message()));
        delivery.ack().await.unwrap();
    }
}
