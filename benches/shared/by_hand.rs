//! The client library without us: confirmed, persistent and mandatory, as our publisher is.

use std::collections::VecDeque;

use futures_util::future::try_join_all;
use lapin::options::{BasicPublishOptions, ConfirmSelectOptions};
use lapin::types::ShortString;
use lapin::{BasicProperties, Channel, Confirmation, Connection, ConnectionProperties};

use crate::Failure;

/// How many may be without a confirm.
pub const WINDOW: usize = 1_000;

/// How many are handed to the client together.
pub const TOGETHER: usize = 64;

/// A connection of its own, and a channel that confirms.
///
/// # Errors
/// When the broker does not answer.
pub async fn open(url: &str) -> lapin::Result<(Connection, Channel)> {
    let connection = Connection::connect(url, ConnectionProperties::default()).await?;
    let channel = connection.create_channel().await?;
    channel.confirm_select(ConfirmSelectOptions::default()).await?;
    Ok((connection, channel))
}

/// Sends an event to the fanout of its type. What it gives is the confirm.
///
/// # Errors
/// When the link is lost.
pub async fn send(
    channel: &Channel,
    id: ShortString,
    body: &[u8],
) -> lapin::Result<impl Future<Output = lapin::Result<Confirmation>> + use<>> {
    let properties = BasicProperties::default()
        .with_delivery_mode(2)
        .with_content_type("application/cloudevents+json".into())
        .with_message_id(id);
    let options = BasicPublishOptions { mandatory: true, ..BasicPublishOptions::default() };
    channel.basic_publish("workout.performed".into(), "workout.performed".into(), options, body, properties).await
}

/// Publishes the same body so many times, as fast as the client goes: many publishes are polled together, and a window of
/// confirms is open.
///
/// # Errors
/// When the broker does not take it.
pub async fn pipelined(url: &str, body: &[u8], events: usize) -> Result<(), Failure> {
    let (connection, channel) = open(url).await?;
    let mut open = VecDeque::new();
    let bodies = vec![body; TOGETHER];
    let mut left = events;
    while left > 0 {
        let together = &bodies[..left.min(TOGETHER)];
        open.extend(try_join_all(together.iter().map(|body| send(&channel, "id".into(), body))).await?);
        left -= together.len();
        while open.len() > WINDOW - TOGETHER {
            if let Some(confirm) = open.pop_front() {
                confirm.await?;
            }
        }
    }
    for confirm in open {
        confirm.await?;
    }
    connection.close(200, "done".into()).await?;
    Ok(())
}
