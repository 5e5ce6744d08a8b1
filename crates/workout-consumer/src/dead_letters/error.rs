//! Why nothing could be done with dead letters.

use workout_broker::BrokerError;

/// Why nothing was done, or nothing more was read.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct DeadLetterError(Kind);

#[derive(Debug, thiserror::Error)]
enum Kind {
    #[error("there is no queue {0}")]
    NotFound(String),
    #[error("the dead letters cannot be read")]
    Broker(#[source] BrokerError),
}

impl DeadLetterError {
    pub(super) fn of(queue: &str, error: BrokerError) -> Self {
        Self(if error.is_not_found() { Kind::NotFound(queue.to_owned()) } else { Kind::Broker(error) })
    }

    /// Whether the queue has no dead-letter queue: usually its name is misspelt, or it was never declared.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        matches!(self.0, Kind::NotFound(_))
    }

    /// Whether the same may succeed later without anybody mending anything.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match &self.0 {
            Kind::NotFound(_) => false,
            Kind::Broker(error) => error.is_transient(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use super::*;

    #[test]
    fn a_text_never_repeats_its_cause() {
        for cause in [BrokerError::not_found(), BrokerError::closed(), BrokerError::transient("reset")] {
            let error = DeadLetterError::of("stats.workouts.dead", cause);
            let text = error.to_string();
            assert!(error.source().is_none_or(|cause| !text.contains(&cause.to_string())), "{text}");
        }
    }
}
