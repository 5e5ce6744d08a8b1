//! All that is to exist.

use std::time::Duration;

use workout_events::{EventType, TOPIC_EXCHANGE, WorkoutPerformed};

use crate::error::{BrokerError, Kind};
use crate::message::MAX_NAME_BYTES;
use crate::topology::{Binding, ExchangeKind, Part, Queue, exchange};

/// The exchange and the queue of events that nobody wanted when they were published.
pub const LANDING: &str = "workout.landing";

/// The stream of all events that were published.
pub const HISTORY: &str = "workout.history";

/// The exchanges of the contract, and what is named besides.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[must_use = "it exists after `Broker::apply`"]
pub struct Topology {
    fanouts: Vec<String>,
    queues: Vec<Queue>,
    landing: bool,
    history: Option<Duration>,
}

impl Topology {
    /// The exchanges of the contract and what binds them.
    pub fn new() -> Self {
        Self::default()
    }

    /// Also this queue.
    pub fn queue(mut self, queue: Queue) -> Self {
        self.queues.push(queue);
        self
    }

    /// Also an exchange of this name that gives everything to all queues that are bound to it: for what instances of a service
    /// tell one another and is no event. The broker inside the process has the exchanges of the contract only.
    pub fn fanout(mut self, name: impl Into<String>) -> Self {
        self.fanouts.push(name.into());
        self
    }

    /// Also a queue [`LANDING`] for what no queue wants: events that are published before their first consumer exists are
    /// kept there, and confirmed instead of returned.
    ///
    /// RabbitMQ needs a policy for that, `alternate-exchange` of `workout.events`, which only an operator can set; the
    /// [`Plan`](crate::topology::Plan) has the command. Queues of this topology that hear `workout.performed` are bound to
    /// `workout.events` for it too: what only the fanout delivers would land as well.
    pub fn landing(mut self) -> Self {
        self.landing = true;
        self
    }

    /// Also a stream [`HISTORY`] of all events, for so long, and up to 10 GB: a service that comes later reads from it what
    /// it has missed. See [`Broker::consume_from`](crate::Broker::consume_from).
    ///
    /// It wants every event, so that none is returned, and none lands in [`LANDING`], which no longer needs to be there.
    /// RabbitMQ takes away what is too old in pieces of 100 MB, so that it keeps more than it was told to.
    pub fn history(mut self, age: Duration) -> Self {
        self.history = Some(age);
        self
    }

    /// What it consists of, in the order in which it has to be made.
    #[must_use]
    pub fn parts(&self) -> Vec<Part> {
        let mut parts = exchange::contract();
        parts.extend(self.fanouts.iter().map(|name| Part::Exchange { name: name.clone(), kind: ExchangeKind::Fanout }));
        if self.landing {
            parts.push(Part::Exchange { name: LANDING.to_owned(), kind: ExchangeKind::Fanout });
            parts.extend(Queue::store(LANDING).bind(LANDING, "#").parts());
            parts.push(Part::Alternate { exchange: TOPIC_EXCHANGE.to_owned(), to: LANDING.to_owned() });
        }
        if let Some(history) = self.history_queue() {
            parts.extend(history.parts());
        }
        for queue in &self.queues {
            let hears = |binding: &Binding| binding.exchange == WorkoutPerformed::EXCHANGE;
            let queue = queue.clone();
            let both = self.landing && queue.bindings().any(hears);
            let queue = if both { queue.bind(TOPIC_EXCHANGE, WorkoutPerformed::TYPE) } else { queue };
            parts.extend(queue.parts());
        }
        parts
    }

    pub(crate) fn check(&self) -> Result<(), BrokerError> {
        if self.fanouts.iter().any(|name| name.starts_with("amq.") || !(1..=MAX_NAME_BYTES).contains(&name.len())) {
            return Err(
                Kind::Invalid("the name of an exchange has 1 to 255 bytes and does not start with `amq.`").into()
            );
        }
        self.history_queue().iter().chain(&self.queues).try_for_each(Queue::check)
    }

    fn history_queue(&self) -> Option<Queue> {
        self.history.map(|age| Queue::history(HISTORY, age).bind(TOPIC_EXCHANGE, "#"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exchanges_of_a_service_have_names_that_brokers_leave_to_it() {
        let topology = |name: &str| Topology::new().fanout(name);
        assert!(topology("stats.changed").check().is_ok());
        let part = Part::Exchange { name: "stats.changed".to_owned(), kind: ExchangeKind::Fanout };
        assert!(topology("stats.changed").parts().contains(&part));
        for name in ["", "amq.fanout", &"x".repeat(256)] {
            assert!(topology(name).check().is_err(), "{name}");
        }
    }
}
