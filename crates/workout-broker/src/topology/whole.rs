//! All that is to exist.

use workout_events::{EventType, TOPIC_EXCHANGE, WorkoutPerformed};

use crate::error::BrokerError;
use crate::topology::{Binding, ExchangeKind, Part, Queue, exchange};

/// The exchange and the queue of events that nobody wanted when they were published.
pub const LANDING: &str = "workout.landing";

/// The exchanges of the contract, and what is named besides.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[must_use = "it exists after `Broker::apply`"]
pub struct Topology {
    queues: Vec<Queue>,
    landing: bool,
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

    /// What it consists of, in the order in which it has to be made.
    #[must_use]
    pub fn parts(&self) -> Vec<Part> {
        let mut parts = exchange::contract();
        if self.landing {
            parts.push(Part::Exchange { name: LANDING.to_owned(), kind: ExchangeKind::Fanout });
            parts.extend(Queue::store(LANDING).bind(LANDING, "#").parts());
            parts.push(Part::Alternate { exchange: TOPIC_EXCHANGE.to_owned(), to: LANDING.to_owned() });
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
        self.queues.iter().try_for_each(Queue::check)
    }
}
