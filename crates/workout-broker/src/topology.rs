//! The exchanges that the teams agreed on, and the queues that services add.

use std::collections::BTreeSet;

use workout_events::{EventType, TOPIC_EXCHANGE, WorkoutPerformed};

use crate::error::{BrokerError, Kind};
use crate::message::MAX_NAME_BYTES;

/// How often a message may come back to its queue before it goes to the dead-letter queue.
///
/// Spelt out, because RabbitMQ before 4.0 has no limit and later ones each count in a way of their own.
pub const DELIVERY_LIMIT: u32 = 20;

/// What is appended to the name of a queue for the name of its dead-letter queue.
const DEAD: &str = ".dead";

/// How an exchange chooses among its bindings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExchangeKind {
    Fanout,
    Topic,
}

/// The exchanges, which every broker has.
pub(crate) const EXCHANGES: [(&str, ExchangeKind); 2] =
    [(WorkoutPerformed::EXCHANGE, ExchangeKind::Fanout), (TOPIC_EXCHANGE, ExchangeKind::Topic)];

/// The binding of one exchange to another (source, destination, pattern): who binds to the topic with `#` sees all.
pub(crate) const EXCHANGE_BINDING: (&str, &str, &str) = (WorkoutPerformed::EXCHANGE, TOPIC_EXCHANGE, "#");

/// A durable queue of a service, with what it wants to hear and a dead-letter queue of its own.
///
/// The queue is replicated (`quorum`) where the broker is RabbitMQ. What is rejected, or has come back more often than
/// [`DELIVERY_LIMIT`], goes to the queue of the same name followed by `.dead`, and stays there until someone looks.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a queue exists after `Broker::declare`"]
pub struct Queue {
    name: String,
    bindings: BTreeSet<Binding>,
}

/// Which messages of an exchange go to a queue.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Binding {
    /// The exchange.
    pub exchange: String,
    /// The routing keys, as a pattern: `*` stands for one word, `#` for any number. A fanout does not look at it.
    pub pattern: String,
}

impl Queue {
    /// A queue that hears nothing yet. By convention the name is `service.purpose`.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), bindings: BTreeSet::new() }
    }

    /// Also hears what this exchange carries under routing keys that match the pattern.
    pub fn bind(mut self, exchange: impl Into<String>, pattern: impl Into<String>) -> Self {
        self.bindings.insert(Binding { exchange: exchange.into(), pattern: pattern.into() });
        self
    }

    /// Also hears the events of type `T`, whichever exchange carries them.
    pub fn bind_type<T: EventType>(self) -> Self {
        self.bind(T::EXCHANGE, T::TYPE)
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name of the queue that takes what this one gives up.
    #[must_use]
    pub fn dead_letter_name(&self) -> String {
        format!("{}{DEAD}", self.name)
    }

    /// What it hears.
    #[must_use]
    pub fn bindings(&self) -> impl ExactSizeIterator<Item = &Binding> {
        self.bindings.iter()
    }

    /// What no broker could declare is refused before one is asked.
    pub(crate) fn check(&self) -> Result<(), BrokerError> {
        let name = |text: &str| (1..=MAX_NAME_BYTES).contains(&text.len());
        let reason = if !name(&self.name) || !name(&self.dead_letter_name()) {
            "the name of a queue has 1 to 250 bytes"
        } else if self.name.starts_with("amq.") {
            "names that start with `amq.` belong to the broker"
        } else if !self
            .bindings
            .iter()
            .all(|binding| name(&binding.exchange) && binding.pattern.len() <= MAX_NAME_BYTES)
        {
            "the name of an exchange and a pattern have at most 255 bytes"
        } else {
            return Ok(());
        };
        Err(Kind::Invalid(reason).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_amqp_cannot_say_are_refused() {
        #[track_caller]
        fn check(queue: &Queue, want: bool) {
            assert_eq!(queue.check().is_ok(), want, "{queue:?}");
        }
        check(&Queue::new("stats.workouts").bind_type::<WorkoutPerformed>(), true);
        check(&Queue::new(""), false);
        check(&Queue::new("amq.mine"), false);
        check(&Queue::new("a".repeat(250)), true);
        check(&Queue::new("a".repeat(251)), false);
        check(&Queue::new("a").bind("", "#"), false);
        check(&Queue::new("a").bind("b", "c".repeat(256)), false);
    }
}
