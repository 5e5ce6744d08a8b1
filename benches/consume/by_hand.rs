//! The client library without us.

use std::hint::black_box;

use futures_util::StreamExt;
use lapin::message::Delivery;
use lapin::options::{BasicAckOptions, BasicConsumeOptions, BasicQosOptions};
use lapin::types::FieldTable;
use lapin::{Connection, ConnectionProperties};
use workout_benches::{Clock, Failure, Spent};
use workout_events::{Event, WorkoutPerformed};

use crate::measure::{BATCH, BATCH_PREFETCH};
use crate::queue::QUEUE;

/// One acknowledgement for many.
pub(crate) async fn batches(url: &str, events: usize, decodes: bool) -> Result<Spent, Failure> {
    let settles = |number: usize| number.is_multiple_of(BATCH) || number == events;
    consume(url, events, BATCH_PREFETCH, decodes, settles, BasicAckOptions { multiple: true }).await
}

/// One for each.
pub(crate) async fn each(url: &str, events: usize, prefetch: u16, decodes: bool) -> Result<Spent, Failure> {
    consume(url, events, prefetch, decodes, |_| true, BasicAckOptions::default()).await
}

async fn consume(
    url: &str,
    events: usize,
    prefetch: u16,
    decodes: bool,
    settles: impl Fn(usize) -> bool,
    with: BasicAckOptions,
) -> Result<Spent, Failure> {
    let connection = Connection::connect(url, ConnectionProperties::default()).await?;
    let channel = connection.create_channel().await?;
    channel.basic_qos(prefetch, BasicQosOptions::default()).await?;
    let clock = Clock::start()?;
    let (options, arguments) = (BasicConsumeOptions::default(), FieldTable::default());
    let mut consumer = channel.basic_consume(QUEUE.into(), "".into(), options, arguments).await?;
    for number in 1..=events {
        let delivery = consumer.next().await.ok_or("the subscription has ended")??;
        if decodes {
            black_box(decode(&delivery)?);
        }
        if settles(number) {
            delivery.ack(with).await?;
        }
    }
    let spent = clock.stop()?;
    connection.close(200, "done".into()).await?;
    Ok(spent)
}

fn decode(delivery: &Delivery) -> Result<Event<WorkoutPerformed>, Failure> {
    Ok(Event::decode(&delivery.data)?)
}
