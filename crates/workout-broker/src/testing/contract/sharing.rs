//! Several readers, several connections.

use std::collections::BTreeSet;

use super::FreshServer;
use super::enduring::Tally;
use super::kit::{ack, close, consume, declare, id, ids_of, next, nothing_comes, publish, take, together};
use crate::delivery::Delivery;

/// Each message goes to one of them, and they take turns.
pub async fn readers_of_a_queue_share_it_in_turn(server: &impl FreshServer) {
    let broker = server.connect().await;
    let queue = declare(&broker, "shared", &["wanted"]).await;
    let (mut one, mut other) = (consume(&broker, &queue, 100).await, consume(&broker, &queue, 100).await);
    let ids = publish(&broker, 20, "wanted").await;
    let (of_one, of_other) = (take(&mut one, 10).await, take(&mut other, 10).await);
    let came: BTreeSet<_> = ids_of(&of_one).into_iter().chain(ids_of(&of_other)).collect();
    assert_eq!(came, ids.iter().map(String::as_str).collect());
    for delivery in of_one.into_iter().chain(of_other) {
        ack(delivery).await;
    }
    nothing_comes(&mut one).await;
    nothing_comes(&mut other).await;
    close(one).await;
    close(other).await;
}

/// Readers that come while messages do, on several connections. Each takes its share and goes.
pub async fn many_readers_at_once_get_each_message_once(server: &impl FreshServer) {
    const READERS: usize = 8;
    const EACH: usize = 50;
    let (here, there) = (server.connect().await, server.connect().await);
    let queue = declare(&here, "many", &["wanted"]).await;
    let reading = (0..READERS).map(|n| {
        let (broker, queue) = (if n.is_multiple_of(2) { &here } else { &there }, &queue);
        async move {
            let mut deliveries = consume(broker, queue, 5).await;
            let mut came = Vec::new();
            for _ in 0..EACH {
                let delivery = next(&mut deliveries).await;
                came.push(id(&delivery).to_owned());
                ack(delivery).await;
            }
            close(deliveries).await;
            came
        }
    });
    let (came, ids) = tokio::join!(together(reading), publish(&here, READERS * EACH, "wanted"));
    let mut tally = Tally::default();
    for id in came.into_iter().flatten() {
        *tally.0.entry(id).or_default() += 1;
    }
    tally.has_each_once(&ids);
}

/// As soon as it has gone.
pub async fn what_one_reader_leaves_another_gets(server: &impl FreshServer) {
    let (here, there) = (server.connect().await, server.connect().await);
    let queue = declare(&here, "left", &["wanted"]).await;
    let ids = publish(&here, 3, "wanted").await;
    let mut leaving = consume(&here, &queue, 10).await;
    let mut staying = consume(&there, &queue, 10).await;
    let out = take(&mut leaving, 3).await;
    nothing_comes(&mut staying).await;
    drop(leaving);
    drop(out);
    let again = take(&mut staying, 3).await;
    assert_eq!(ids_of(&again), ids);
    assert!(again.iter().all(Delivery::redelivered));
    for delivery in again {
        ack(delivery).await;
    }
    close(staying).await;
}

/// One declares, another publishes, a third reads.
pub async fn connections_share_queues(server: &impl FreshServer) {
    let (one, two, three) = (server.connect().await, server.connect().await, server.connect().await);
    let queue = declare(&one, "between", &["wanted"]).await;
    let mut deliveries = consume(&three, &queue, 10).await;
    for want in publish(&two, 3, "wanted").await {
        let delivery = next(&mut deliveries).await;
        assert_eq!(id(&delivery), want);
        ack(delivery).await;
    }
    close(deliveries).await;
}
