//! What can be watched: one update for many events, since each costs a look for who listens.

use std::time::Duration;

use workout_broker::{Outcome, Settled};

/// What was said to attempts to publish.
pub(super) fn said(settled: &[Settled]) {
    let mut said = [("confirmed", 0), ("returned", 0), ("nacked", 0), ("unknown", 0), ("refused", 0)];
    for settled in settled {
        let which = match &settled.outcome {
            Ok(Outcome::Confirmed) => 0,
            Ok(Outcome::Returned) => 1,
            Ok(Outcome::Nacked) => 2,
            Ok(_) => 3,
            Err(_) => 4,
        };
        if let Some((_, count)) = said.get_mut(which) {
            *count += 1;
        }
    }
    for (outcome, count) in said.into_iter().filter(|(_, count)| *count > 0) {
        metrics::counter!("workout_publisher_attempts_total", "outcome" => outcome).increment(count);
    }
}

/// How long events were under way, and how many are left.
pub(super) fn ended(took: impl Iterator<Item = Duration>, left: usize) {
    let seconds = metrics::histogram!("workout_publisher_seconds");
    took.for_each(|took| seconds.record(took));
    metrics::gauge!("workout_publisher_under_way_events").set(u32::try_from(left).unwrap_or(u32::MAX));
}
