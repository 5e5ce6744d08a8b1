//! What can be watched.

use std::time::Duration;

use workout_events::jiff::Timestamp;

use crate::handler::{Class, Failure};
use crate::run::guard::Ended;
use crate::run::report::Tally;

/// What became of messages.
pub(super) fn settled(queue: &str, tally: Tally) {
    let Tally { handled, retried, dead, quarantined, parked, left } = tally;
    let said = [
        ("handled", handled),
        ("retried", retried),
        ("dead", dead),
        ("quarantined", quarantined),
        ("parked", parked),
        ("left", left),
    ];
    for (outcome, count) in said.into_iter().filter(|(_, count)| *count > 0) {
        metrics::counter!("workout_consumer_messages_total", "queue" => queue.to_owned(), "outcome" => outcome)
            .increment(count);
    }
}

/// How an attempt ended, and after how long. Gives the name of the outcome.
pub(super) fn attempted(queue: &str, failure: Option<&Failure>, ended: Ended, took: Duration) -> &'static str {
    let outcome = match (ended, failure.map(Failure::class)) {
        (Ended::Panicked, _) => "panicked",
        (Ended::TooLong, _) => "too_long",
        (Ended::Answered, None) => "done",
        (Ended::Answered, Some(Class::Retry | Class::RetryAfter(_))) => "retry",
        (Ended::Answered, Some(Class::Reject)) => "reject",
        (Ended::Answered, Some(Class::Unavailable)) => "unavailable",
    };
    metrics::counter!("workout_consumer_attempts_total", "queue" => queue.to_owned(), "outcome" => outcome)
        .increment(1);
    metrics::histogram!("workout_consumer_handler_seconds", "queue" => queue.to_owned()).record(took);
    outcome
}

/// How old an event is when it has been handled.
pub(super) fn lag(queue: &str, said: Timestamp) {
    let lag = Timestamp::now().duration_since(said);
    metrics::gauge!("workout_consumer_lag_seconds", "queue" => queue.to_owned()).set(lag.as_secs_f64().max(0.0));
}

/// How many events were committed together.
pub(super) fn committed(queue: &str, events: usize) {
    let events = u32::try_from(events).unwrap_or(u32::MAX);
    metrics::histogram!("workout_consumer_batch_events", "queue" => queue.to_owned()).record(events);
}

/// How many messages are worked on.
pub(super) fn in_flight(queue: &str, messages: usize) {
    let messages = u32::try_from(messages).unwrap_or(u32::MAX);
    metrics::gauge!("workout_consumer_in_flight_messages", "queue" => queue.to_owned()).set(messages);
}

/// Whether what the handlers need is away.
pub(super) fn paused(queue: &str, paused: bool) {
    metrics::gauge!("workout_consumer_paused", "queue" => queue.to_owned()).set(u32::from(paused));
}

/// The queue could not be read for a while, or its messages are handled one at a time.
pub(super) fn resubscribed(queue: &str) {
    metrics::counter!("workout_consumer_resubscribed_total", "queue" => queue.to_owned()).increment(1);
}
