//! Queues to wait in.

use std::time::Duration;

use tokio::time::Instant;
use workout_events::TOPIC_EXCHANGE;

use super::FreshServer;
use super::kit::{ack, close, consume, depth_becomes, drain, id, ids, next, nothing_comes, to, window};
use crate::broker::Broker;
use crate::delivery::Death;
use crate::outcome::Outcome;
use crate::topology::{LONGEST, Queue};

const SHORT: Duration = Duration::from_millis(300);
const LONG: Duration = Duration::from_secs(1);

/// Not before, whoever waits for it; and as it was, on the way that led to its queue.
pub async fn a_delayed_message_comes_to_its_queue_after_its_time(server: &impl FreshServer) {
    let (broker, other) = (server.connect().await, server.connect().await);
    let queue = declare(&broker, "delayed").await;
    let mut deliveries = consume(&other, queue.name(), 10).await;
    let messages = [to(&queue.retry_name(LONG)), to(&queue.retry_name(SHORT)), to(&queue.retry_name(SHORT))];
    let start = Instant::now();
    assert_eq!(window(&broker, &messages).await, [Outcome::Confirmed; 3]);
    for (message, delay) in [(&messages[1], SHORT), (&messages[2], SHORT), (&messages[0], LONG)] {
        let delivery = next(&mut deliveries).await;
        assert_eq!(id(&delivery), message.properties.message_id);
        assert!(start.elapsed() >= delay, "{:?} is early", start.elapsed());
        assert_eq!((delivery.exchange(), delivery.routing_key()), ("", queue.name()));
        assert_eq!((delivery.redelivered(), delivery.returns()), (false, 0));
        assert_eq!(delivery.death(), Some(Death::new(queue.retry_name(delay), "expired")));
        let mut came = delivery.message();
        came.headers.sort_by(|one, other| one.0.cmp(&other.0));
        assert_eq!((&came.properties, &came.headers), (&message.properties, &message.headers));
        ack(delivery).await;
    }
    nothing_comes(&mut deliveries).await;
    close(deliveries).await;
}

/// A message that nobody was there for waits in its queue, in the order in which delays were over.
pub async fn a_delay_passes_without_a_reader(server: &impl FreshServer) {
    let broker = server.connect().await;
    let queue = declare(&broker, "unread").await;
    let watched = declare(&broker, "watched").await;
    let messages = [to(&queue.retry_name(SHORT)), to(&queue.retry_name(SHORT)), to(&watched.retry_name(LONG))];
    assert_eq!(window(&broker, &messages).await, [Outcome::Confirmed; 3]);
    depth_becomes(&broker, watched.name(), 1).await;
    assert_eq!(broker.depth(&queue.retry_name(SHORT)).await.expect("the broker answers"), 0);
    assert_eq!(drain(&broker, queue.name(), 2).await, ids(messages)[..2]);
}

/// In whichever order it happened: what a message died of is what it died of last.
pub async fn a_message_that_has_waited_still_says_of_what_it_dies(server: &impl FreshServer) {
    let broker = server.connect().await;
    let queue = declare(&broker, "dies").await;
    let messages = [to(&queue.retry_name(SHORT)), to(queue.name())];
    assert_eq!(window(&broker, &messages).await, [Outcome::Confirmed; 2]);
    let mut deliveries = consume(&broker, queue.name(), 1).await;
    for _ in 0..2 {
        next(&mut deliveries).await.reject().await.expect("the message is rejected");
    }
    close(deliveries).await;
    let mut dead = consume(&broker, &queue.dead_letter_name(), 10).await;
    for _ in 0..2 {
        let letter = next(&mut dead).await;
        assert_eq!(letter.death(), Some(Death::new(queue.name(), "rejected")));
        ack(letter).await;
    }
    close(dead).await;
}

/// Before a broker is asked.
pub async fn a_delay_that_no_broker_keeps_is_refused(server: &impl FreshServer) {
    let broker = server.connect().await;
    for impossible in [Duration::ZERO, Duration::from_micros(1_500), LONGEST + Duration::from_millis(1)] {
        let queue = Queue::new("impossible").retries(&[LONG, impossible]);
        let error = broker.declare(&queue).await.expect_err("no broker keeps it");
        assert!(error.is_invalid() && !error.is_transient(), "{impossible:?}: {error:?}");
    }
    let queue = Queue::new("possible").retries(&[Duration::from_millis(1), LONGEST]);
    broker.declare(&queue).await.expect("the queue is declared");
    assert_eq!(window(&broker, &[to(&queue.retry_name(LONGEST))]).await, [Outcome::Confirmed]);
    assert_eq!(drain(&broker, &queue.retry_name(LONGEST), 1).await.len(), 1);
}

async fn declare(broker: &Broker, name: &str) -> Queue {
    let queue = Queue::new(name).bind(TOPIC_EXCHANGE, "wanted").retries(&[LONG, SHORT]);
    broker.declare(&queue).await.expect("the queue is declared");
    queue
}
