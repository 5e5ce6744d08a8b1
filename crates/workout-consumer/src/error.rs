//! Why a consumer ended that was not asked to.

use workout_broker::BrokerError;

/// Why a consumer ended before its shutdown. What was not acknowledged by then will come again.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct ConsumeError(Kind);

#[derive(Debug, thiserror::Error)]
enum Kind {
    #[error("the consumer has no handler, so it would reject whatever comes")]
    NoHandler,
    #[error("the consumer cannot go on")]
    Broker(#[source] BrokerError),
}

impl ConsumeError {
    /// Whether running the consumer again later may help without anybody mending anything.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match &self.0 {
            Kind::NoHandler => false,
            Kind::Broker(error) => error.is_transient(),
        }
    }

    pub(crate) fn no_handler() -> Self {
        Self(Kind::NoHandler)
    }

    pub(crate) fn broker(error: BrokerError) -> Self {
        Self(Kind::Broker(error))
    }
}
