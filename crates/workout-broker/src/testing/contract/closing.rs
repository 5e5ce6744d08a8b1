//! The end.

use std::slice;

use tokio::time::timeout;

use super::FreshServer;
use super::kit::{LIMIT, ack, close, consume, declare, ids_of, left, message, next, prefetch, publish, take};
use crate::delivery::Delivery;
use crate::health::LinkState;
use crate::topology::Queue;

/// RELIABILITY, L12: what was settled before the end stays settled, however soon the end comes. One by one and in batches,
/// while more could come and after a stop.
pub async fn acknowledgements_are_not_lost_at_the_end(server: &impl FreshServer) {
    const MESSAGES: usize = 200;
    let watching = server.connect().await;
    let queue = declare(&watching, "acks", &["wanted"]).await;
    for (in_batches, stopped) in [(false, false), (true, false), (false, true), (true, true)] {
        let broker = server.connect().await;
        publish(&broker, MESSAGES, "wanted").await;
        let mut deliveries = consume(&broker, &queue, 1_000).await;
        let out = take(&mut deliveries, MESSAGES).await;
        if stopped {
            deliveries.stop().await.expect("the broker answers");
        }
        for (n, delivery) in out.into_iter().enumerate() {
            match (in_batches, n % 50) {
                (false, _) => ack(delivery).await,
                (true, 49) => delivery.ack_through().await.expect("the messages are settled"),
                // The last of its batch speaks for it.
                (true, _) => drop(delivery),
            }
        }
        close(deliveries).await;
        broker.close().await.expect("the broker answers");
        let left = left(&watching, &queue).await;
        assert_eq!(left, 0, "lost acknowledgements, in batches: {in_batches}, after a stop: {stopped}");
    }
}

/// In both its links, from the first on.
pub async fn a_fresh_broker_is_well(server: &impl FreshServer) {
    let broker = server.connect().await;
    let health = broker.health();
    assert!(health.is_well(), "{health}");
    assert_eq!((health.publishing.generation, health.consuming.generation), (1, 1));
    timeout(LIMIT, broker.well()).await.expect("it is well already").expect("it is not closed");
}

/// The end is an orderly one, whatever was dropped just before.
pub async fn a_broker_can_be_closed_at_once(server: &impl FreshServer) {
    for _ in 0..10 {
        let broker = server.connect().await;
        let queue = declare(&broker, "at.once", &["wanted"]).await;
        let mut lane = broker.lane();
        lane.open().await.expect("there is a link");
        let deliveries = consume(&broker, &queue, 10).await;
        drop((lane, deliveries));
        broker.close().await.expect("the broker answers");
    }
}

/// Also those who were waiting; and it harms no other connection.
pub async fn a_closed_broker_answers_closed_to_everything(server: &impl FreshServer) {
    let (broker, other) = (server.connect().await, server.connect().await);
    let queue = declare(&broker, "closed", &["wanted"]).await;
    let mut deliveries = consume(&broker, &queue, 10).await;
    let mut lane = broker.lane();
    publish(&broker, 1, "wanted").await;
    let stale = next(&mut deliveries).await;
    for _ in 0..2 {
        broker.close().await.expect("the broker answers, also when it is closed already");
    }
    let health = broker.health();
    assert_eq!((health.publishing.state, health.consuming.state), (LinkState::Closed, LinkState::Closed), "{health}");
    let errors = [
        lane.window(slice::from_ref(&message("wanted")), LIMIT).await.expect_err("it is closed"),
        broker.publish(message("wanted")).await.expect_err("it is closed"),
        broker.clone().declare(&Queue::new("closed")).await.expect_err("it is closed"),
        broker.consume(&queue, prefetch(1)).await.expect_err("it is closed"),
        broker.depth(&queue).await.expect_err("it is closed"),
        broker.well().await.expect_err("it is closed"),
        timeout(LIMIT, deliveries.next()).await.expect("it ends").expect("it says why").expect_err("it is closed"),
    ];
    assert!(errors.iter().all(|error| error.is_closed() && !error.is_transient()), "{errors:?}");
    let end = timeout(LIMIT, deliveries.next()).await.expect("nothing is waited for");
    assert!(end.is_none(), "{end:?}");
    assert!(stale.ack().await.expect_err("the link is gone").is_not_settled());
    publish(&other, 1, "wanted").await;
}

/// To whoever reads the queue then.
pub async fn what_a_closed_broker_had_not_settled_comes_again(server: &impl FreshServer) {
    let (broker, other) = (server.connect().await, server.connect().await);
    let queue = declare(&broker, "left.open", &["wanted"]).await;
    let ids = publish(&broker, 3, "wanted").await;
    let mut deliveries = consume(&broker, &queue, 10).await;
    let out = take(&mut deliveries, 3).await;
    broker.close().await.expect("the broker answers");
    let mut deliveries_of_other = consume(&other, &queue, 10).await;
    let again = take(&mut deliveries_of_other, 3).await;
    assert_eq!(ids_of(&again), ids);
    assert!(again.iter().all(Delivery::redelivered));
    drop((out, deliveries));
    for delivery in again {
        ack(delivery).await;
    }
    close(deliveries_of_other).await;
}
