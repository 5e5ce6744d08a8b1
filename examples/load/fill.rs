//! Filling a queue.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use workout_broker::Broker;
use workout_events::amqp::Message;

use crate::events::event;

/// How many events are published together.
const TOGETHER: u64 = 1_000;

/// How long the broker may take for them.
const LIMIT: Duration = Duration::from_mins(1);

/// Publishes so many events and waits until all of them are in queues.
pub(crate) async fn fill(broker: &Broker, events: u64, seed: u64) -> Result<(), Box<dyn Error>> {
    let mut lane = broker.lane();
    let mut from = 0;
    while from < events {
        let to = events.min(from + TOGETHER);
        let mut window = Vec::new();
        for number in from..to {
            let event = event(seed, number).map_err(|error| error as Box<dyn Error>)?;
            window.push(Arc::new(Message::of(&event)?));
        }
        let outcomes = lane.window(&window, LIMIT).await?;
        if let Some(outcome) = outcomes.iter().find(|outcome| !outcome.is_confirmed()) {
            return Err(format!("an event is not in the queue: {outcome:?}").into());
        }
        from = to;
    }
    Ok(())
}
