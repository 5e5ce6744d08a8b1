//! The exchanges that the teams agreed on.

use workout_events::{EventType, TOPIC_EXCHANGE, WorkoutPerformed};

use crate::topology::Part;

/// How an exchange chooses among its bindings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ExchangeKind {
    /// All of them.
    Fanout,
    /// Those whose pattern fits the routing key.
    Topic,
}

impl ExchangeKind {
    /// As AMQP calls it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fanout => "fanout",
            Self::Topic => "topic",
        }
    }
}

/// The exchanges, which every broker has.
pub(crate) const EXCHANGES: [(&str, ExchangeKind); 2] =
    [(WorkoutPerformed::EXCHANGE, ExchangeKind::Fanout), (TOPIC_EXCHANGE, ExchangeKind::Topic)];

/// The binding of one exchange to another (source, destination, pattern): who binds to the topic with `#` sees all.
pub(crate) const EXCHANGE_BINDING: (&str, &str, &str) = (WorkoutPerformed::EXCHANGE, TOPIC_EXCHANGE, "#");

pub(super) fn contract() -> Vec<Part> {
    let exchanges = EXCHANGES.map(|(name, kind)| Part::Exchange { name: name.to_owned(), kind });
    let (source, destination, pattern) = EXCHANGE_BINDING;
    let binding = Part::ExchangeBinding {
        source: source.to_owned(),
        destination: destination.to_owned(),
        pattern: pattern.to_owned(),
    };
    exchanges.into_iter().chain([binding]).collect()
}
