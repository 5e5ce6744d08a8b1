//! Why a consumer ended that was not asked to.

use workout_broker::BrokerError;

/// Why a consumer ended before its shutdown. What was not acknowledged by then will come again.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct ConsumeError(Kind);

#[derive(Debug, thiserror::Error)]
enum Kind {
    #[error("the consumer cannot work: {0}")]
    Invalid(&'static str),
    #[error("the queues of the consumer are not what they should be")]
    Topology(#[source] BrokerError),
    #[error("the consumer cannot go on")]
    Broker(#[source] BrokerError),
}

impl ConsumeError {
    /// Whether running the consumer again later may help without anybody mending anything.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match &self.0 {
            Kind::Invalid(_) | Kind::Topology(_) => false,
            Kind::Broker(error) => error.is_transient(),
        }
    }

    /// Whether the consumer was put together in a way that could never work: it has no handler, or a limit that
    /// contradicts another.
    #[must_use]
    pub fn is_invalid(&self) -> bool {
        matches!(self.0, Kind::Invalid(_))
    }

    /// Whether a queue is there with other properties than it should have, or is missing and may not be declared.
    /// Somebody has to mend that: `workout topology check` and `workout doctor` say what it is.
    #[must_use]
    pub fn is_topology(&self) -> bool {
        matches!(self.0, Kind::Topology(_))
    }

    pub(crate) fn invalid(reason: &'static str) -> Self {
        Self(Kind::Invalid(reason))
    }

    pub(crate) fn broker(error: BrokerError) -> Self {
        Self(if error.is_different() { Kind::Topology(error) } else { Kind::Broker(error) })
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use super::*;

    #[test]
    fn a_text_never_repeats_its_cause() {
        let broker = || BrokerError::refused("cause");
        for kind in [Kind::Invalid("reason"), Kind::Topology(broker()), Kind::Broker(broker())] {
            let error = ConsumeError(kind);
            let text = error.to_string();
            assert!(error.source().is_none_or(|cause| !text.contains(&cause.to_string())), "{text}");
        }
    }
}
