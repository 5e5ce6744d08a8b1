//! The client library without us: confirmed, persistent and mandatory, as our publisher is.

use std::collections::VecDeque;
use std::error::Error;

use futures_util::future::try_join_all;
use lapin::options::{BasicPublishOptions, ConfirmSelectOptions};
use lapin::{BasicProperties, Channel, Connection, ConnectionProperties};
use tokio::task::JoinSet;
use workout_events::{Event, WorkoutPerformed};

use crate::measure::{Clock, Run, Way};

/// How many may be without a confirm.
const WINDOW: usize = 1_000;

/// How many are handed to the client together.
const TOGETHER: usize = 64;

/// As fast as the client goes: many publishes are polled together, and a window of confirms is open.
pub(crate) async fn pipelined(url: &str, events: &[Event<WorkoutPerformed>]) -> Result<Run, Box<dyn Error>> {
    let (connection, channel) = open(url).await?;
    let clock = Clock::start()?;
    let mut open = VecDeque::new();
    for chunk in events.chunks(TOGETHER) {
        let bodies: Vec<_> = chunk.iter().map(Event::encode).collect();
        open.extend(try_join_all(bodies.iter().zip(chunk).map(|(body, event)| send(&channel, event, body))).await?);
        while open.len() > WINDOW - TOGETHER {
            if let Some(confirm) = open.pop_front() {
                confirm.await?;
            }
        }
    }
    for confirm in open {
        confirm.await?;
    }
    let run = clock.stop(Way::Limit, events.len())?;
    connection.close(200, "done".into()).await?;
    Ok(run)
}

/// What people write: one publish after the other, and a window of confirms.
pub(crate) async fn publish_await(url: &str, events: &[Event<WorkoutPerformed>]) -> Result<Run, Box<dyn Error>> {
    let (connection, channel) = open(url).await?;
    let clock = Clock::start()?;
    let mut open = VecDeque::new();
    for event in events {
        let body = event.encode();
        open.push_back(send(&channel, event, &body).await?);
        if open.len() >= WINDOW
            && let Some(confirm) = open.pop_front()
        {
            confirm.await?;
        }
    }
    for confirm in open {
        confirm.await?;
    }
    let run = clock.stop(Way::Loop, events.len())?;
    connection.close(200, "done".into()).await?;
    Ok(run)
}

/// Callers who share a channel, and await each confirm before the next event.
pub(crate) async fn tasks(url: &str, events: &[Event<WorkoutPerformed>], tasks: usize) -> Result<Run, Box<dyn Error>> {
    let (connection, channel) = open(url).await?;
    let shares: Vec<Vec<_>> = events.chunks(events.len().div_ceil(tasks)).map(<[_]>::to_vec).collect();
    let clock = Clock::start()?;
    let mut callers = JoinSet::new();
    for share in shares {
        let channel = channel.clone();
        callers.spawn(async move {
            for event in &share {
                send(&channel, event, &event.encode()).await?.await?;
            }
            lapin::Result::Ok(())
        });
    }
    while let Some(caller) = callers.join_next().await {
        caller??;
    }
    let run = clock.stop(Way::Tasks(tasks), events.len())?;
    connection.close(200, "done".into()).await?;
    Ok(run)
}

async fn open(url: &str) -> Result<(Connection, Channel), Box<dyn Error>> {
    let connection = Connection::connect(url, ConnectionProperties::default()).await?;
    let channel = connection.create_channel().await?;
    channel.confirm_select(ConfirmSelectOptions::default()).await?;
    Ok((connection, channel))
}

async fn send(
    channel: &Channel,
    event: &Event<WorkoutPerformed>,
    body: &[u8],
) -> lapin::Result<impl Future<Output = lapin::Result<lapin::Confirmation>> + use<>> {
    let properties = BasicProperties::default()
        .with_delivery_mode(2)
        .with_content_type("application/cloudevents+json".into())
        .with_message_id(event.id().to_string().into());
    let options = BasicPublishOptions { mandatory: true, ..BasicPublishOptions::default() };
    channel.basic_publish("workout.performed".into(), "workout.performed".into(), options, body, properties).await
}
