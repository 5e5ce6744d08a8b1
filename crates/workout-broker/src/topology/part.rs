//! The parts that a topology consists of.

use std::fmt;
use std::time::Duration;

use crate::topology::{ExchangeKind, delay};

/// One thing that a broker can be told to make.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Part {
    /// A durable exchange.
    Exchange {
        /// Its name.
        name: String,
        /// How it chooses among its bindings.
        kind: ExchangeKind,
    },
    /// One exchange also carries what another one does.
    ExchangeBinding {
        /// Where it comes from.
        source: String,
        /// Where it goes on to.
        destination: String,
        /// Which routing keys.
        pattern: String,
    },
    /// A queue.
    Queue(QueueSpec),
    /// A queue hears what an exchange carries.
    Binding {
        /// The queue.
        queue: String,
        /// What it hears.
        binding: Binding,
    },
    /// What no binding of an exchange wants goes to another exchange. RabbitMQ does so by a policy, which AMQP can neither
    /// make nor see: for an argument the exchange would have to be made anew, with all who declare it at once.
    Alternate {
        /// The exchange.
        exchange: String,
        /// Where it goes instead.
        to: String,
    },
}

/// A queue, spelt out.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct QueueSpec {
    /// Its name.
    pub name: String,
    /// Where its messages are kept.
    pub kind: QueueKind,
    /// How often a message may come back. `None` where nothing counts.
    pub delivery_limit: Option<u32>,
    /// The queue that takes what this one gives up. The move is confirmed within the broker (`at-least-once`).
    pub dead_letters: Option<String>,
    /// How long a message stays before it is given up: a queue that nobody reads, to wait in.
    pub delay: Option<Duration>,
    /// How many messages it holds before it drops the oldest.
    pub keeps_newest: Option<u32>,
    /// How long a stream keeps what it has.
    pub keeps_for: Option<Duration>,
    /// How many bytes a stream keeps.
    pub keeps_bytes: Option<u64>,
    /// After how much time without a reader it is gone.
    pub expires: Option<Duration>,
}

/// Where the messages of a queue are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum QueueKind {
    /// On several nodes, on disk.
    Quorum,
    /// On one node.
    Classic,
    /// As a log, from which nothing is taken: each reader has a place of its own in it.
    Stream,
}

impl QueueKind {
    /// As RabbitMQ calls it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Quorum => "quorum",
            Self::Classic => "classic",
            Self::Stream => "stream",
        }
    }
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

impl QueueSpec {
    /// Nothing but a name.
    pub(super) fn new(name: &str, kind: QueueKind) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            delivery_limit: None,
            dead_letters: None,
            delay: None,
            keeps_newest: None,
            keeps_for: None,
            keeps_bytes: None,
            expires: None,
        }
    }
}

/// For people: `queue stats.workouts (quorum, ...)`.
impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exchange { name, kind } => write!(f, "exchange {name} ({})", kind.as_str()),
            Self::ExchangeBinding { source, destination, pattern } => {
                write!(f, "binding {source} -> exchange {destination} ({pattern})")
            }
            Self::Queue(queue) => queue.fmt(f),
            Self::Binding { queue, binding } => {
                write!(f, "binding {} -> queue {queue} ({})", binding.exchange, binding.pattern)
            }
            Self::Alternate { exchange, to } => write!(f, "policy alternate-exchange {to} of {exchange}"),
        }
    }
}

impl fmt::Display for QueueSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "queue {} ({}", self.name, self.kind.as_str())?;
        if let Some(limit) = self.delivery_limit.filter(|limit| *limit < FOR_EVER) {
            write!(f, ", delivery limit {limit}")?;
        }
        match (self.delay, &self.dead_letters) {
            (Some(delay), Some(back)) => write!(f, ", after {} to {back}", delay::spelled(delay))?,
            (Some(delay), None) => write!(f, ", gone after {}", delay::spelled(delay))?,
            (None, Some(dead)) => write!(f, ", dead letters to {dead}")?,
            (None, None) => {}
        }
        if let Some(newest) = self.keeps_newest {
            write!(f, ", the newest {newest}")?;
        }
        if let Some(age) = self.keeps_for {
            write!(f, ", of {}", delay::spelled(age))?;
        }
        if let Some(bytes) = self.keeps_bytes {
            write!(f, ", up to {bytes} bytes")?;
        }
        if let Some(expires) = self.expires {
            write!(f, ", gone after {} s without a reader", expires.as_secs())?;
        }
        f.write_str(")")
    }
}

/// A delivery limit that is none, in words that every version understands: 3.10 refuses -1, and 4.0 takes 20 where nothing
/// is said and drops what exceeds it.
pub(super) const FOR_EVER: u32 = i32::MAX.unsigned_abs();
