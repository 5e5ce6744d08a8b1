//! L8, L11, L12: messages that are out.

use futures_util::future::join_all;
use lapin::options::{BasicAckOptions, BasicConsumeOptions, BasicNackOptions, BasicQosOptions};
use lapin::types::FieldTable;
use support::{rabbitmq, wait};
use tokio::time::timeout;
use workout_broker::{Broker, Delivery, Lane, Outcome, Prefetch, Queue};

use super::{LIMIT, WHILE, declare, fill, next, plain, ready};
use crate::broker::{WANTED, message};

/// L8: without a prefetch the whole queue ends up in the memory of the client.
#[tokio::test(flavor = "multi_thread")]
async fn a_queue_ends_up_in_the_client_s_memory_and_not_in_ours() {
    const MESSAGES: u32 = 3000;
    let vhost = rabbitmq::vhost().await;
    let url = vhost.amqp_url();
    let theirs = plain(&url).await;
    let channel = theirs.create_channel().await.unwrap();
    declare(&channel, "full").await;
    fill(&url, "full", MESSAGES as usize).await;
    let options = BasicConsumeOptions::default();
    let consumer = channel.basic_consume("full".into(), "".into(), options, FieldTable::default()).await.unwrap();
    wait::until("nobody reads, and the queue is empty", LIMIT, || async { ready(&url, "full").await == 0 }).await;
    drop(consumer);
    theirs.close(200, "OK".into()).await.unwrap();

    wait::until("all are back", LIMIT, || async { ready(&url, "full").await == MESSAGES }).await;
    let ours = Broker::connect(&url).await.unwrap();
    let deliveries = ours.consume("full", Prefetch::new(100).unwrap()).await.unwrap();
    wait::until("a prefetch is out", LIMIT, || async { ready(&url, "full").await == MESSAGES - 100 }).await;
    deliveries.close().await.unwrap();
    ours.close().await.unwrap();
}

/// L11: what "no" means to the client if nothing is said with it. We always say.
#[test]
fn a_plain_nack_throws_the_message_away() {
    assert!(!BasicNackOptions::default().requeue);
}

/// L12: a channel of RabbitMQ keeps acknowledgements for a quorum queue and forgets them when it ends, although the client
/// was told that each was given. Before ours ends, the queue has them all.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_before_a_close_comes_again_for_the_client_and_not_for_us() {
    const MESSAGES: usize = 200;
    let vhost = rabbitmq::vhost().await;
    let url = vhost.amqp_url();
    let setup = Broker::connect(&url).await.unwrap();
    setup.declare(&Queue::new("acks").bind("workout.events", WANTED)).await.unwrap();
    let mut lane = setup.lane();
    let mut came_again = 0;
    for _ in 0..20 {
        fill_window(&mut lane, MESSAGES).await;
        acknowledge_and_close(&url, "acks", MESSAGES).await;
        came_again = drain(&setup, "acks").await;
        if came_again > 0 {
            break;
        }
    }
    assert!(came_again > 0, "the client loses no acknowledgement any more");

    for round in 0..20 {
        fill_window(&mut lane, MESSAGES).await;
        let ours = Broker::connect(&url).await.unwrap();
        let mut deliveries = ours.consume("acks", Prefetch::new(500).unwrap()).await.unwrap();
        let mut held = Vec::with_capacity(MESSAGES);
        for _ in 0..MESSAGES {
            held.push(timeout(LIMIT, deliveries.next()).await.unwrap().unwrap().unwrap());
        }
        // Who stops first has no more to stop at the end, and must make sure in another way.
        if round % 2 == 0 {
            deliveries.stop().await.unwrap();
        }
        assert!(join_all(held.into_iter().map(Delivery::ack)).await.iter().all(Result::is_ok));
        deliveries.close().await.unwrap();
        ours.close().await.unwrap();
        // What came back would stay: nobody reads it. A queue may count a moment later than it answers.
        wait::until("nothing is left", LIMIT, || async { ready(&url, "acks").await == 0 }).await;
    }
    setup.close().await.unwrap();
}

async fn fill_window(lane: &mut Lane, count: usize) {
    let window: Vec<_> = (0..count).map(|_| message(WANTED)).collect();
    assert!(lane.window(&window, LIMIT).await.unwrap().iter().all(|one| *one == Outcome::Confirmed));
}

/// Through the client alone: every acknowledgement is said to be given before the channel is closed.
async fn acknowledge_and_close(url: &str, queue: &str, count: usize) {
    let theirs = plain(url).await;
    let channel = theirs.create_channel().await.unwrap();
    channel.basic_qos(500, BasicQosOptions::default()).await.unwrap();
    let options = BasicConsumeOptions::default();
    let mut consumer = channel.basic_consume(queue.into(), "".into(), options, FieldTable::default()).await.unwrap();
    let mut deliveries = Vec::with_capacity(count);
    for _ in 0..count {
        deliveries.push(timeout(LIMIT, next(&mut consumer)).await.unwrap().unwrap().unwrap());
    }
    let acks = deliveries.iter().map(|delivery| delivery.ack(BasicAckOptions::default()));
    assert!(join_all(acks).await.into_iter().all(|ack| ack.unwrap()));
    channel.close(200, "OK".into()).await.unwrap();
    theirs.close(200, "OK".into()).await.unwrap();
}

/// Empties a queue, and says how many messages it had.
async fn drain(broker: &Broker, queue: &str) -> usize {
    let mut deliveries = broker.consume(queue, Prefetch::new(500).unwrap()).await.unwrap();
    let mut count = 0;
    while let Ok(delivery) = timeout(WHILE, deliveries.next()).await {
        delivery.unwrap().unwrap().ack().await.unwrap();
        count += 1;
    }
    deliveries.close().await.unwrap();
    count
}

/// The link is closed while messages come, are held and are settled: that is an orderly end all the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_broker_that_is_closed_while_it_reads_is_closed_without_an_error() {
    let vhost = rabbitmq::vhost().await;
    let url = vhost.amqp_url();
    let setup = Broker::connect(&url).await.unwrap();
    setup.declare(&Queue::new("open").bind("workout.events", WANTED)).await.unwrap();
    let mut lane = setup.lane();
    for round in 0..20 {
        fill_window(&mut lane, 300).await;
        let ours = Broker::connect(&url).await.unwrap();
        let mut deliveries = ours.consume("open", Prefetch::new(100).unwrap()).await.unwrap();
        let held = timeout(LIMIT, deliveries.next()).await.unwrap().unwrap().unwrap();
        let reader = tokio::spawn(async move {
            while let Some(Ok(delivery)) = deliveries.next().await {
                let _ = delivery.ack().await;
            }
        });
        if round % 2 == 0 {
            tokio::task::yield_now().await;
        }
        let closed = ours.close().await;
        assert!(closed.is_ok(), "round {round}: {closed:?}");
        let _ = held.ack().await;
        timeout(LIMIT, reader).await.unwrap().unwrap();
    }
    setup.close().await.unwrap();
}
