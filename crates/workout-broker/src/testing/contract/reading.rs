//! What comes out of a queue, how much of it, and in which order.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use tokio::time::timeout;

use super::FreshServer;
use super::kit::{
    LIMIT, ack, close, consume, declare, depth_becomes, drain, id, ids_of, next, nothing_comes, publish, take,
};
use crate::delivery::Delivery;

/// A settled message makes room for one more.
pub async fn no_more_than_the_prefetch_is_out(server: &impl FreshServer) {
    let broker = server.connect().await;
    let queue = declare(&broker, "prefetch", &["wanted"]).await;
    let ids = publish(&broker, 5, "wanted").await;
    let mut deliveries = consume(&broker, &queue, 2).await;
    let mut out = take(&mut deliveries, 2).await;
    for want in &ids[2..] {
        nothing_comes(&mut deliveries).await;
        ack(out.remove(0)).await;
        out.push(next(&mut deliveries).await);
        assert_eq!(id(&out[1]), want);
    }
    close(deliveries).await;
}

/// And not what is with its readers.
pub async fn the_depth_of_a_queue_is_what_waits_in_it(server: &impl FreshServer) {
    let broker = server.connect().await;
    let queue = declare(&broker, "depth", &["wanted"]).await;
    depth_becomes(&broker, &queue, 0).await;
    publish(&broker, 5, "wanted").await;
    depth_becomes(&broker, &queue, 5).await;
    let mut deliveries = consume(&broker, &queue, 2).await;
    let mut out = take(&mut deliveries, 2).await;
    depth_becomes(&broker, &queue, 3).await;
    ack(out.remove(0)).await;
    depth_becomes(&broker, &queue, 2).await;
    close(deliveries).await;
    depth_becomes(&broker, &queue, 4).await;
}

/// As many as have come and are asked for, in their order.
pub async fn several_messages_are_taken_at_once_and_settled_with_one_word(server: &impl FreshServer) {
    let broker = server.connect().await;
    let queue = declare(&broker, "batches", &["wanted"]).await;
    let want = publish(&broker, 100, "wanted").await;
    let mut deliveries = consume(&broker, &queue, 50).await;
    let mut came = Vec::new();
    while came.len() < want.len() {
        let batch = timeout(LIMIT, deliveries.next_batch(30)).await.expect("messages come");
        let mut batch = batch.expect("the subscription goes on").expect("the subscription does not fail");
        assert!((1..=30).contains(&batch.len()), "{}", batch.len());
        came.extend(batch.iter().map(|delivery| id(delivery).to_owned()));
        let last = batch.pop().expect("it has a last");
        last.ack_through().await.expect("the messages are settled");
    }
    assert_eq!(came, want);
    nothing_comes(&mut deliveries).await;
    close(deliveries).await;
    assert_eq!(drain(&broker, &queue, 0).await.len(), 0);
}

/// Cancel safe: whoever waits for a message can stop waiting at any time.
pub async fn a_read_that_was_given_up_loses_nothing(server: &impl FreshServer) {
    let broker = server.connect().await;
    let queue = declare(&broker, "given.up", &["wanted"]).await;
    let mut deliveries = consume(&broker, &queue, 10).await;
    let mut want = Vec::new();
    let mut came = Vec::new();
    for _ in 0..10 {
        {
            let mut waiting = pin!(deliveries.next());
            let is_ready = poll_fn(|context| Poll::Ready(waiting.as_mut().poll(context).is_ready())).await;
            assert!(!is_ready, "there is nothing to come yet");
        }
        want.extend(publish(&broker, 1, "wanted").await);
        let delivery = next(&mut deliveries).await;
        came.push(id(&delivery).to_owned());
        ack(delivery).await;
    }
    assert_eq!(came, want);
    close(deliveries).await;
}

/// What had come is given, and can be settled; what is published later stays in the queue.
pub async fn a_stopped_subscription_gives_what_had_come_and_ends(server: &impl FreshServer) {
    let broker = server.connect().await;
    let queue = declare(&broker, "stopped", &["wanted"]).await;
    let before = publish(&broker, 2, "wanted").await;
    let mut deliveries = consume(&broker, &queue, 10).await;
    let first = next(&mut deliveries).await;
    deliveries.stop().await.expect("the broker answers");
    let after = publish(&broker, 1, "wanted").await;
    let mut came = vec![first];
    while let Some(delivery) = timeout(LIMIT, deliveries.next()).await.expect("the subscription ends") {
        came.push(delivery.expect("the subscription does not fail"));
    }
    let again = timeout(LIMIT, deliveries.next()).await.expect("whoever asks again is told again");
    assert!(again.is_none());
    assert_eq!(ids_of(&came), before);
    for delivery in came {
        ack(delivery).await;
    }
    close(deliveries).await;
    assert_eq!(drain(&broker, &queue, 1).await, after);
}

/// Whether it was taken, or had only come; and it says that it comes again.
pub async fn what_is_not_settled_comes_again_in_its_order(server: &impl FreshServer) {
    let broker = server.connect().await;
    let queue = declare(&broker, "unsettled", &["wanted"]).await;
    let ids = publish(&broker, 3, "wanted").await;
    for closed in [true, false] {
        let mut deliveries = consume(&broker, &queue, 3).await;
        let mut out = take(&mut deliveries, 2).await;
        assert_eq!(ids_of(&out), ids[..2]);
        // One is dropped before the end, the other after it.
        drop(out.pop());
        // Dropping the subscription does the same as ending it.
        if closed {
            close(deliveries).await;
        } else {
            drop(deliveries);
        }
    }
    let mut deliveries = consume(&broker, &queue, 4).await;
    let again = take(&mut deliveries, 3).await;
    assert_eq!(ids_of(&again), ids);
    assert!(again.iter().all(Delivery::redelivered));
    for delivery in again {
        ack(delivery).await;
    }
    nothing_comes(&mut deliveries).await;
    close(deliveries).await;
}

/// In the order in which it was put back.
pub async fn what_is_put_back_comes_again_before_what_is_new(server: &impl FreshServer) {
    let broker = server.connect().await;
    let queue = declare(&broker, "put.back", &["wanted"]).await;
    let ids = publish(&broker, 5, "wanted").await;
    let mut deliveries = consume(&broker, &queue, 2).await;
    for delivery in take(&mut deliveries, 2).await {
        delivery.requeue().await.expect("the message is put back");
    }
    for (n, want) in ids.iter().enumerate() {
        let delivery = next(&mut deliveries).await;
        assert_eq!((id(&delivery), delivery.redelivered()), (want.as_str(), n < 2), "message {n}");
        ack(delivery).await;
    }
    close(deliveries).await;
}
