//! What the client library alone does, beside what ours makes of it. A trap that a newer lapin no longer has makes its
//! test fail: then the guard may go.

mod acks;
mod blocked;
mod confirms;
pub(crate) mod forwarder;
mod links;
mod topology;

use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

use futures_util::Stream;
use lapin::message::Delivery;
use lapin::options::{BasicPublishOptions, ConfirmSelectOptions, QueueDeclareOptions};
use lapin::types::FieldTable;
use lapin::{BasicProperties, Channel, Connection, ConnectionProperties, Consumer};

const LIMIT: Duration = Duration::from_secs(30);

/// How long we look for something that must not come.
const WHILE: Duration = Duration::from_secs(2);

/// A connection as people make it, that is to recover by itself.
async fn recovering(url: &str) -> Connection {
    let properties = ConnectionProperties::default().enable_auto_recover();
    Connection::connect(url, properties).await.unwrap()
}

async fn plain(url: &str) -> Connection {
    Connection::connect(url, ConnectionProperties::default()).await.unwrap()
}

async fn declare(channel: &Channel, queue: &str) {
    channel.queue_declare(queue.into(), QueueDeclareOptions::durable(), FieldTable::default()).await.unwrap();
}

/// Publishes so many messages to a queue, on a connection of its own.
async fn fill(url: &str, queue: &str, count: usize) {
    let connection = plain(url).await;
    let channel = connection.create_channel().await.unwrap();
    channel.confirm_select(ConfirmSelectOptions::default()).await.unwrap();
    let mut confirms = Vec::with_capacity(count);
    for _ in 0..count {
        let (options, properties) = (BasicPublishOptions::default(), BasicProperties::default());
        confirms.push(channel.basic_publish("".into(), queue.into(), options, b"x", properties).await.unwrap());
    }
    for confirm in confirms {
        assert!(confirm.await.unwrap().is_ack());
    }
    connection.close(200, "OK".into()).await.unwrap();
}

/// How many messages wait in a queue, apart from those that are out.
async fn ready(url: &str, queue: &str) -> u32 {
    let connection = plain(url).await;
    let channel = connection.create_channel().await.unwrap();
    let options = QueueDeclareOptions { passive: true, ..QueueDeclareOptions::default() };
    let found = channel.queue_declare(queue.into(), options, FieldTable::default()).await.unwrap();
    connection.close(200, "OK".into()).await.unwrap();
    found.message_count()
}

/// What the client's consumer hands out next.
async fn next(consumer: &mut Consumer) -> Option<lapin::Result<Delivery>> {
    poll_fn(|context| Pin::new(&mut *consumer).poll_next(context)).await
}
