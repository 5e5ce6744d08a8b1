//! What the coach counts, beside what the crates count: see `docs/wod.md`.

use std::error::Error;
use std::time::Duration;

use metrics::{counter, gauge};
use tokio::time::sleep;
use tracing::warn;
use workout_broker::Broker;

use crate::wod::{Attempt, QUEUE};

/// How often it is looked how much waits.
const EVERY: Duration = Duration::from_secs(5);

/// An attempt at a request has ended.
pub(crate) fn attempted(attempt: &Attempt) {
    let outcome = match attempt {
        Attempt::Generated { .. } => "generated",
        Attempt::Failed { .. } => "failed",
        Attempt::GivenUp { reason, .. } => reason.as_str(),
        Attempt::Known => "known",
        Attempt::Differs => "refused",
        Attempt::Erased => "erased",
    };
    counter!("coach_wod_attempts_total", "outcome" => outcome).increment(1);
}

/// Looks how much waits, without end.
pub(crate) async fn watch(broker: &Broker) {
    loop {
        match broker.depth(QUEUE).await {
            Ok(depth) => gauge!("coach_wod_queue_messages").set(f64::from(u32::try_from(depth).unwrap_or(u32::MAX))),
            Err(error) => warn!(error = &error as &dyn Error, "it is not known how many requests wait"),
        }
        sleep(EVERY).await;
    }
}
