//! Why an event was not published.

use workout_broker::BrokerError;
use workout_events::amqp::TooLarge;

/// Why an event was certainly not published. What became of one that was is an [`Outcome`](crate::Outcome).
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct PublishError(Kind);

#[derive(Debug, thiserror::Error)]
enum Kind {
    #[error("the event cannot be published")]
    TooLarge(#[source] TooLarge),
    #[error("the event was not published")]
    Broker(#[source] BrokerError),
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
            Kind::TooLarge(_) => false,
            Kind::Broker(error) => error.is_transient(),
        }
    }

    /// Whether the exchange of the event does not exist.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        matches!(&self.0, Kind::Broker(error) if error.is_not_found())
    }

    pub(crate) fn too_large(error: TooLarge) -> Self {
        Self(Kind::TooLarge(error))
    }

    pub(crate) fn broker(error: BrokerError) -> Self {
        Self(Kind::Broker(error))
    }
}
