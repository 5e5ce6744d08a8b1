//! Why an event was not published.

use std::sync::Arc;

use workout_broker::BrokerError;
use workout_events::amqp::TooLarge;

/// Why an event was certainly not published. What became of one that was is an [`Outcome`](crate::Outcome).
#[derive(Debug, Clone, thiserror::Error)]
#[error(transparent)]
pub struct PublishError(Kind);

#[derive(Debug, Clone, thiserror::Error)]
enum Kind {
    #[error("the event cannot be published")]
    TooLarge(#[source] TooLarge),
    #[error("the event was not published")]
    Broker(#[source] Arc<BrokerError>),
    #[error("the deadline passed before the event was written, and it was withdrawn")]
    Withdrawn(#[source] Option<Arc<BrokerError>>),
    #[error("too many events wait to be published")]
    Full,
    #[error("publishing has failed repeatedly, and the circuit breaker is open")]
    Open,
    #[error("the publisher has been closed")]
    Closed,
    #[error("an event with the same id and other content is under way")]
    Other,
}

impl PublishError {
    /// Whether the event is larger than any reader would accept: it can never be published.
    #[must_use]
    pub fn is_too_large(&self) -> bool {
        matches!(self.0, Kind::TooLarge(_))
    }

    /// Whether the same may succeed later without anybody mending anything.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match &self.0 {
            Kind::TooLarge(_) | Kind::Closed | Kind::Other => false,
            Kind::Withdrawn(_) | Kind::Full | Kind::Open => true,
            Kind::Broker(error) => error.is_transient(),
        }
    }

    /// Whether the exchange of the event does not exist.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        matches!(&self.0, Kind::Broker(error) if error.is_not_found())
    }

    /// Whether the deadline passed before the event was written.
    #[must_use]
    pub fn is_withdrawn(&self) -> bool {
        matches!(self.0, Kind::Withdrawn(_))
    }

    /// Whether the line was full, and the publisher was told to refuse then.
    #[must_use]
    pub fn is_full(&self) -> bool {
        matches!(self.0, Kind::Full)
    }

    /// Whether the circuit breaker is open.
    #[must_use]
    pub fn is_breaker_open(&self) -> bool {
        matches!(self.0, Kind::Open)
    }

    /// Whether the publisher has been closed.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        matches!(self.0, Kind::Closed)
    }

    /// Whether an event with the same id and other content was under way. One of the two is wrong.
    #[must_use]
    pub fn is_other(&self) -> bool {
        matches!(self.0, Kind::Other)
    }

    pub(crate) fn other() -> Self {
        Self(Kind::Other)
    }

    pub(crate) fn too_large(error: TooLarge) -> Self {
        Self(Kind::TooLarge(error))
    }

    pub(crate) fn broker(error: Arc<BrokerError>) -> Self {
        Self(Kind::Broker(error))
    }

    /// The trouble is why nothing could be written lately, if that was so.
    pub(crate) fn withdrawn(trouble: Option<Arc<BrokerError>>) -> Self {
        Self(Kind::Withdrawn(trouble))
    }

    pub(crate) fn full() -> Self {
        Self(Kind::Full)
    }

    pub(crate) fn open() -> Self {
        Self(Kind::Open)
    }

    pub(crate) fn closed() -> Self {
        Self(Kind::Closed)
    }
}
