//! The client library without us: confirmed, persistent and mandatory, as our publisher is.

use std::collections::VecDeque;

use futures_util::future::try_join_all;
use lapin::types::ShortString;
use tokio::task::JoinSet;
use workout_benches::by_hand::{TOGETHER, WINDOW, open, send};
use workout_benches::{Clock, Failure};
use workout_events::{Event, WorkoutPerformed};

use crate::measure::{Run, Way};

/// As fast as the client goes: many publishes are polled together, and a window of confirms is open.
pub(crate) async fn pipelined(url: &str, events: &[Event<WorkoutPerformed>]) -> Result<Run, Failure> {
    let (connection, channel) = open(url).await?;
    let clock = Clock::start()?;
    let mut open = VecDeque::new();
    for chunk in events.chunks(TOGETHER) {
        let bodies: Vec<_> = chunk.iter().map(Event::encode).collect();
        open.extend(try_join_all(bodies.iter().zip(chunk).map(|(body, event)| send(&channel, id(event), body))).await?);
        while open.len() > WINDOW - TOGETHER {
            if let Some(confirm) = open.pop_front() {
                confirm.await?;
            }
        }
    }
    for confirm in open {
        confirm.await?;
    }
    let run = Run::of(Way::Limit, clock.stop()?, events.len());
    connection.close(200, "done".into()).await?;
    Ok(run)
}

/// What people write: one publish after the other, and a window of confirms.
pub(crate) async fn publish_await(url: &str, events: &[Event<WorkoutPerformed>]) -> Result<Run, Failure> {
    let (connection, channel) = open(url).await?;
    let clock = Clock::start()?;
    let mut open = VecDeque::new();
    for event in events {
        let body = event.encode();
        open.push_back(send(&channel, id(event), &body).await?);
        if open.len() >= WINDOW
            && let Some(confirm) = open.pop_front()
        {
            confirm.await?;
        }
    }
    for confirm in open {
        confirm.await?;
    }
    let run = Run::of(Way::Loop, clock.stop()?, events.len());
    connection.close(200, "done".into()).await?;
    Ok(run)
}

/// Callers who share a channel, and await each confirm before the next event.
pub(crate) async fn tasks(url: &str, events: &[Event<WorkoutPerformed>], tasks: usize) -> Result<Run, Failure> {
    let (connection, channel) = open(url).await?;
    let shares: Vec<Vec<_>> = events.chunks(events.len().div_ceil(tasks)).map(<[_]>::to_vec).collect();
    let clock = Clock::start()?;
    let mut callers = JoinSet::new();
    for share in shares {
        let channel = channel.clone();
        callers.spawn(async move {
            for event in &share {
                send(&channel, id(event), &event.encode()).await?.await?;
            }
            lapin::Result::Ok(())
        });
    }
    while let Some(caller) = callers.join_next().await {
        caller??;
    }
    let run = Run::of(Way::Tasks(tasks), clock.stop()?, events.len());
    connection.close(200, "done".into()).await?;
    Ok(run)
}

fn id(event: &Event<WorkoutPerformed>) -> ShortString {
    event.id().to_string().into()
}
