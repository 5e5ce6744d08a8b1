//! Streams of RabbitMQ, over links that are lost.

use std::time::Duration;

use serde_json::json;
use support::rabbitmq;
use support::wait;
use tokio::time::timeout;
use workout_broker::topology::HISTORY;
use workout_broker::{Broker, Deliveries, Delivery, Outcome, Prefetch, Start, Topology};

use super::{WANTED, close_connections, message};

const LIMIT: Duration = Duration::from_secs(30);
const WEEK: Duration = Duration::from_hours(7 * 24);

/// What was handed out and not acknowledged does not come again, and what had only come is not lost.
#[tokio::test(flavor = "multi_thread")]
async fn a_reader_of_a_stream_goes_on_behind_what_it_has_handed_out() {
    const MESSAGES: u64 = 600;
    let vhost = rabbitmq::vhost().await;
    let writer = Broker::connect(&vhost.amqp_url()).await.unwrap();
    writer.apply(&Topology::new().history(WEEK)).await.unwrap();
    let reader = Broker::connect(&vhost.amqp_url()).await.unwrap();
    let mut deliveries = reader.consume_from(HISTORY, Start::Next, Prefetch::new(50).unwrap()).await.unwrap();
    // Lost before anything was handed out: what is published meanwhile is what is next.
    cut(&vhost, &[&reader, &writer]).await;
    let mut ids = publish(&writer, 200).await;
    let mut unsettled = Vec::new();
    for offset in 0..MESSAGES {
        if offset == 120 || offset == 350 {
            cut(&vhost, &[&reader, &writer]).await;
            ids.extend(publish(&writer, 200).await);
        }
        let delivery = next(&mut deliveries).await;
        assert_eq!(delivery.offset(), Some(offset));
        assert_eq!(delivery.message_id(), Some(ids[usize::try_from(offset).unwrap()].as_str()));
        // Some are acknowledged only on the next link, or never.
        match offset % 100 {
            0..30 => unsettled.push(delivery),
            _ => delivery.ack().await.unwrap(),
        }
        if unsettled.len() > 40 {
            unsettled.pop().unwrap().ack().await.unwrap();
        }
    }
    assert_eq!(reader.end_of(HISTORY).await.unwrap(), Some(MESSAGES - 1));
    assert!(timeout(Duration::from_millis(300), deliveries.next()).await.is_err());
    deliveries.close().await.unwrap();
    reader.close().await.unwrap();
    writer.close().await.unwrap();
}

/// The arguments with which a stream is declared, for those who declare it by other means.
#[tokio::test(flavor = "multi_thread")]
async fn a_history_is_declared_with_its_bounds() {
    let vhost = rabbitmq::vhost().await;
    let broker = Broker::connect(&vhost.amqp_url()).await.unwrap();
    broker.apply(&Topology::new().history(WEEK)).await.unwrap();
    let queue = vhost.management().get(&format!("queues/{}/{HISTORY}", vhost.name())).await.unwrap();
    let want = json!({
        "x-queue-type": "stream", "x-max-age": "604800s", "x-max-length-bytes": 10_000_000_000_i64,
        "x-stream-max-segment-size-bytes": 100_000_000
    });
    assert_eq!(queue["arguments"], want, "{queue}");
    broker.close().await.unwrap();
}

async fn publish(broker: &Broker, count: usize) -> Vec<String> {
    timeout(LIMIT, broker.well()).await.unwrap().unwrap();
    let messages: Vec<_> = (0..count).map(|_| message(WANTED)).collect();
    assert_eq!(broker.lane().window(&messages, LIMIT).await.unwrap(), vec![Outcome::Confirmed; count]);
    messages.into_iter().map(|message| message.properties.message_id).collect()
}

async fn next(deliveries: &mut Deliveries) -> Delivery {
    timeout(LIMIT, deliveries.next()).await.unwrap().unwrap().unwrap()
}

/// Closes all connections of these brokers, and waits until both have noticed.
async fn cut(vhost: &rabbitmq::Vhost, brokers: &[&Broker]) {
    let before: Vec<_> = brokers.iter().map(|broker| broker.health().consuming.generation).collect();
    close_connections(vhost, brokers.len() * 2).await;
    wait::until("all links are new", LIMIT, || async {
        brokers.iter().zip(&before).all(|(broker, before)| broker.health().consuming.generation > *before)
    })
    .await;
}
