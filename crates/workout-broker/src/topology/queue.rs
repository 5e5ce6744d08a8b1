//! The queues that services add.

use std::collections::BTreeSet;
use std::time::Duration;

use workout_events::{EntityId, EventType};

use crate::error::{BrokerError, Kind};
use crate::message::MAX_NAME_BYTES;
use crate::topology::part::FOR_EVER;
use crate::topology::{Binding, Part, QueueKind, QueueSpec, delay};

/// How often a message may come back to its queue before it goes to the dead-letter queue.
///
/// Spelt out, because RabbitMQ before 4.0 has no limit and later ones each count in a way of their own.
pub const DELIVERY_LIMIT: u32 = 20;

/// What is appended to the name of a queue for the name of its dead-letter queue.
const DEAD: &str = ".dead";

/// What is appended to it, before the delay, for the names of its delay queues.
const RETRY: &str = ".retry.";

/// After how much time without a reader a temporary queue is gone.
const EXPIRES: Duration = Duration::from_mins(1);

/// How much a temporary queue holds while its reader is slower than its writers.
const NEWEST: u32 = 10_000;

/// How much a history holds, whatever its age: some ten million events.
const HISTORY_BYTES: u64 = 10_000_000_000;

/// A queue of a service, with what it wants to hear.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a queue exists after `Broker::declare`"]
pub struct Queue {
    name: String,
    bindings: BTreeSet<Binding>,
    purpose: Purpose,
}

/// What becomes of its messages.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Purpose {
    /// They are worked on, and tried again so often; those that are published to a delay queue come back after its time.
    Work { delivery_limit: u32, retries: BTreeSet<Duration> },
    /// They stay until someone looks.
    Store,
    /// They are watched as they come.
    Watch,
    /// They are kept for whoever reads, for so long.
    History { age: Duration },
}

impl Queue {
    /// A queue for work, with a dead-letter queue of its own, that hears nothing yet. By convention the name is
    /// `service.purpose`.
    ///
    /// It is replicated (`quorum`) where the broker is RabbitMQ. What is rejected, or has come back more often than
    /// [`DELIVERY_LIMIT`], goes to the queue of the same name followed by `.dead`, and stays there until someone looks.
    pub fn new(name: impl Into<String>) -> Self {
        Self::of(name, Purpose::Work { delivery_limit: DELIVERY_LIMIT, retries: BTreeSet::new() })
    }

    /// A queue to look at what is published: gone a minute after its last reader, without dead letters. It keeps the newest
    /// 10,000 messages, so that one whom nobody reads fast enough harms no broker. Its name begins with this one and is
    /// unique.
    pub fn temporary(name: &str) -> Self {
        Self::of(format!("{name}.{}", EntityId::generate()), Purpose::Watch)
    }

    /// A stream.
    pub(crate) fn history(name: impl Into<String>, age: Duration) -> Self {
        Self::of(name, Purpose::History { age })
    }

    /// A queue where messages stay however often they come back.
    pub(crate) fn store(name: impl Into<String>) -> Self {
        Self::of(name, Purpose::Store)
    }

    fn of(name: impl Into<String>, purpose: Purpose) -> Self {
        Self { name: name.into(), bindings: BTreeSet::new(), purpose }
    }

    /// How often a message may come back before it is dead, instead of [`DELIVERY_LIMIT`]. A temporary queue does not count.
    pub fn delivery_limit(mut self, times: u32) -> Self {
        if let Purpose::Work { delivery_limit, .. } = &mut self.purpose {
            *delivery_limit = times.min(FOR_EVER);
        }
        self
    }

    /// With these delay queues, and no others: what is published to the queue [`retry_name`](Self::retry_name) under its
    /// name, through the exchange without one, comes to this queue after that time. [`RETRIES`](crate::topology::RETRIES)
    /// are delays to begin with. A temporary queue has none.
    ///
    /// A delay queue that is no longer named stays, and gives what is in it to this queue all the same.
    ///
    /// RabbitMQ keeps delays of whole milliseconds, up to ten years.
    pub fn retries(mut self, delays: &[Duration]) -> Self {
        if let Purpose::Work { retries, .. } = &mut self.purpose {
            *retries = delays.iter().copied().collect();
        }
        self
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

    /// The name of the queue that takes what this one gives up, if it is one for work.
    #[must_use]
    pub fn dead_letter_name(&self) -> String {
        format!("{}{DEAD}", self.name)
    }

    /// The name of its delay queue for this time: `stats.workouts.retry.30s`.
    #[must_use]
    pub fn retry_name(&self, delay: Duration) -> String {
        format!("{}{RETRY}{}", self.name, delay::spelled(delay))
    }

    /// What it hears.
    #[must_use]
    pub fn bindings(&self) -> impl ExactSizeIterator<Item = &Binding> {
        self.bindings.iter()
    }

    /// What has to exist for it, in this order: dead letters first and delay queues last, so that there is never a queue
    /// whose messages go nowhere.
    #[must_use]
    pub fn parts(&self) -> Vec<Part> {
        let kept = |name: &str| QueueSpec { delivery_limit: Some(FOR_EVER), ..QueueSpec::new(name, QueueKind::Quorum) };
        let mut specs = Vec::new();
        match &self.purpose {
            Purpose::Work { delivery_limit, retries } => {
                let dead = self.dead_letter_name();
                specs.push(kept(&dead));
                let spec = QueueSpec::new(&self.name, QueueKind::Quorum);
                specs.push(QueueSpec { delivery_limit: Some(*delivery_limit), dead_letters: Some(dead), ..spec });
                specs.extend(retries.iter().map(|delay| QueueSpec {
                    delay: Some(*delay),
                    dead_letters: Some(self.name.clone()),
                    ..kept(&self.retry_name(*delay))
                }));
            }
            Purpose::Store => specs.push(kept(&self.name)),
            Purpose::History { age } => {
                let spec = QueueSpec::new(&self.name, QueueKind::Stream);
                specs.push(QueueSpec { keeps_for: Some(*age), keeps_bytes: Some(HISTORY_BYTES), ..spec });
            }
            Purpose::Watch => {
                let spec = QueueSpec::new(&self.name, QueueKind::Classic);
                specs.push(QueueSpec { keeps_newest: Some(NEWEST), expires: Some(EXPIRES), ..spec });
            }
        }
        let bindings = self.bindings.iter().cloned();
        let bindings = bindings.map(|binding| Part::Binding { queue: self.name.clone(), binding });
        specs.into_iter().map(Part::Queue).chain(bindings).collect()
    }

    /// What no broker could declare is refused before one is asked.
    pub(crate) fn check(&self) -> Result<(), BrokerError> {
        let name = |text: &str| (1..=MAX_NAME_BYTES).contains(&text.len());
        let retries: Vec<_> = match &self.purpose {
            Purpose::Work { retries, .. } => retries.iter().copied().collect(),
            Purpose::Store | Purpose::Watch | Purpose::History { .. } => Vec::new(),
        };
        let reason = if !name(&self.name) || !name(&self.dead_letter_name()) {
            "the name of a queue has 1 to 250 bytes"
        } else if !retries.iter().all(|delay| name(&self.retry_name(*delay))) {
            "the name of a delay queue, which begins with that of its queue, has at most 255 bytes"
        } else if !retries.iter().all(|delay| delay::is_possible(*delay)) {
            "a delay has whole milliseconds, at least one, and at most 3650 days"
        } else if matches!(self.purpose, Purpose::History { age } if age.is_zero() || age.subsec_nanos() != 0) {
            "a history is of whole seconds, and at least one"
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
    use workout_events::WorkoutPerformed;

    use super::*;

    #[test]
    fn no_two_temporary_queues_have_the_same_name() {
        let queues = [Queue::temporary("tail"), Queue::temporary("tail")];
        assert!(queues.iter().all(|queue| queue.name().starts_with("tail.") && queue.check().is_ok()));
        assert_ne!(queues[0].name(), queues[1].name());
    }

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
        check(&Queue::new("a".repeat(245)).retries(&[Duration::from_secs(1)]), true);
        check(&Queue::new("a".repeat(245)).retries(&[Duration::from_secs(10)]), true);
        check(&Queue::new("a".repeat(245)).retries(&[Duration::from_secs(100)]), false);
        check(&Queue::new("a").bind("", "#"), false);
        check(&Queue::new("a").bind("b", "c".repeat(256)), false);
    }
}
