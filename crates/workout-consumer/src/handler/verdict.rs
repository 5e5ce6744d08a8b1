//! What a handler answers.

use std::error::Error;
use std::time::Duration;

use crate::handler::Failure;

/// What is to become of a message.
#[derive(Debug)]
#[must_use = "a verdict does nothing unless the handler returns it"]
#[non_exhaustive]
pub enum Verdict {
    /// It has been dealt with, for good: it is acknowledged.
    Done,
    /// It has not, for this reason.
    Failed(Failure),
}

impl Verdict {
    /// To be tried again when this time has passed.
    pub fn retry_after(delay: Duration, reason: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Failed(Failure::retry_after(delay, reason))
    }

    /// To become a dead letter at once, with this reason.
    pub fn reject(reason: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Failed(Failure::reject(reason))
    }
}

/// What handlers may return: `()`, a [`Verdict`], or a `Result` of either.
pub trait IntoVerdict {
    /// What is to become of the message.
    fn into_verdict(self) -> Verdict;
}

impl IntoVerdict for Verdict {
    fn into_verdict(self) -> Verdict {
        self
    }
}

impl IntoVerdict for () {
    fn into_verdict(self) -> Verdict {
        Verdict::Done
    }
}

impl<T: IntoVerdict, E: Into<Failure>> IntoVerdict for Result<T, E> {
    fn into_verdict(self) -> Verdict {
        self.map_or_else(|error| Verdict::Failed(error.into()), T::into_verdict)
    }
}
