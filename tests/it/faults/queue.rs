//! The queue that wants the events, as another client sees it.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::StreamExt;
use lapin::options::{BasicConsumeOptions, BasicPublishOptions, ConfirmSelectOptions};
use lapin::types::{FieldTable, ShortString};
use lapin::{BasicProperties, Channel, Connection, ConnectionProperties};
use tokio::time::timeout;
use workout_broker::Queue;
use workout_events::WorkoutDeleted;

use super::LIMIT;

pub(crate) const QUEUE: &str = "faults";

/// The ids of messages that are no events.
const LOOK: &str = "look";
const END: &str = "end";

/// It lives on the disk of the broker.
pub(super) fn declaration() -> Queue {
    Queue::new(QUEUE).bind_type::<WorkoutDeleted>()
}

/// Whether the queue takes something from a client that has only just come.
pub(super) async fn takes(url: &str) -> bool {
    let look = async {
        let (connection, channel) = open(url).await?;
        let taken = put(&channel, LOOK).await?;
        connection.close(200, "OK".into()).await?;
        lapin::Result::Ok(taken)
    };
    matches!(timeout(Duration::from_secs(2), look).await, Ok(Ok(true)))
}

/// Reads the queue to its end: how often each id was in it.
pub(super) async fn drained(url: &str) -> BTreeMap<String, usize> {
    timeout(LIMIT, read(url)).await.unwrap().unwrap()
}

async fn read(url: &str) -> lapin::Result<BTreeMap<String, usize>> {
    let (connection, channel) = open(url).await?;
    // Behind everything else, because a queue keeps the order.
    assert!(put(&channel, END).await?);
    let options = BasicConsumeOptions { no_ack: true, ..BasicConsumeOptions::default() };
    let mut messages = channel.basic_consume(QUEUE.into(), "".into(), options, FieldTable::default()).await?;
    let mut found = BTreeMap::new();
    while let Some(message) = messages.next().await {
        let message = message?;
        match message.properties.message_id().as_ref().map(ShortString::as_str) {
            Some(END) => break,
            Some(LOOK) | None => {}
            Some(id) => *found.entry(id.to_owned()).or_default() += 1,
        }
    }
    connection.close(200, "OK".into()).await?;
    Ok(found)
}

async fn open(url: &str) -> lapin::Result<(Connection, Channel)> {
    let connection = Connection::connect(url, ConnectionProperties::default()).await?;
    let channel = connection.create_channel().await?;
    channel.confirm_select(ConfirmSelectOptions::default()).await?;
    Ok((connection, channel))
}

/// Past the exchanges, straight into the queue. Says whether the queue has it.
async fn put(channel: &Channel, id: &str) -> lapin::Result<bool> {
    let options = BasicPublishOptions { mandatory: true, ..BasicPublishOptions::default() };
    let properties = BasicProperties::default().with_message_id(id.into()).with_delivery_mode(2);
    let confirmation = channel.basic_publish("".into(), QUEUE.into(), options, &[], properties).await?.await?;
    Ok(confirmation.is_ack() && confirmation.take_message().is_none())
}
