//! Our publisher, with a number of callers who await each of their events.

use futures_util::{StreamExt, stream};
use tokio::task::JoinSet;
use workout_benches::{Clock, Failure};
use workout_events::{Event, WorkoutPerformed};
use workout_publisher::{Outcome, Publisher};

use crate::measure::{Run, Way};

pub(crate) async fn publish(
    publisher: &Publisher,
    events: &[Event<WorkoutPerformed>],
    tasks: usize,
) -> Result<Run, Failure> {
    // Each caller has its events before the clock starts, as the other ways have.
    let shares: Vec<Vec<_>> = events.chunks(events.len().div_ceil(tasks)).map(<[_]>::to_vec).collect();
    let clock = Clock::start()?;
    let mut callers = JoinSet::new();
    for share in shares {
        let publisher = publisher.clone();
        callers.spawn(async move {
            for event in &share {
                let outcome = publisher.publish(event).await.map_err(|error| error.to_string())?;
                if outcome != Outcome::Confirmed {
                    return Err(format!("an event was not confirmed: {outcome:?}"));
                }
            }
            Ok(())
        });
    }
    while let Some(caller) = callers.join_next().await {
        caller??;
    }
    Ok(Run::of(Way::Ours(tasks), clock.stop()?, events.len()))
}

/// All events as one stream, their outcomes as another.
pub(crate) async fn publish_all(publisher: &Publisher, events: &[Event<WorkoutPerformed>]) -> Result<Run, Failure> {
    let given = events.to_vec();
    let clock = Clock::start()?;
    let mut outcomes = std::pin::pin!(publisher.publish_all(stream::iter(given)));
    while let Some((_, outcome)) = outcomes.next().await {
        if outcome? != Outcome::Confirmed {
            return Err("an event was not confirmed".into());
        }
    }
    Ok(Run::of(Way::OursAll, clock.stop()?, events.len()))
}
