//! Why a handler did not do what it was asked to, and what that means for the message.

use std::error::Error;
use std::fmt;
use std::time::Duration;

/// Why a handler failed. Every error becomes one by `?`, of the class [`Class::Retry`].
///
/// ```
/// use workout_consumer::Failure;
///
/// fn reps(text: &str) -> Result<u32, Failure> {
///     // However often it is read, it stays the same text.
///     text.parse().map_err(Failure::reject)
/// }
/// assert!(reps("many").is_err());
/// ```
///
/// It is no `std::error::Error` itself, so that every error can become one.
#[derive(Debug)]
#[must_use = "a failure decides what becomes of the message when the handler returns it"]
pub struct Failure {
    class: Class,
    error: Box<dyn Error + Send + Sync>,
}

/// What a failure means for the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Class {
    /// It may succeed the next time: the message is tried again, first at once and then after growing delays, and is dead
    /// when no attempt is left.
    Retry,
    /// The same, after the first delay of the ladder that is as long, or after the longest.
    RetryAfter(Duration),
    /// It will never succeed: the message is dead at once.
    Reject,
    /// It has nothing to do with this message: what the handler needs is away, for instance its database. The consumer
    /// pauses until it is back, and no attempt is counted.
    Unavailable,
}

impl Failure {
    /// It may succeed the next time. What `?` does.
    pub fn retry(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { class: Class::Retry, error: error.into() }
    }

    /// It may succeed, but not before this time has passed. The delay is the first one of the ladder which is as long; where
    /// none is, it is the longest, and without a ladder a moment.
    pub fn retry_after(delay: Duration, error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { class: Class::RetryAfter(delay), error: error.into() }
    }

    /// It will never succeed, for this reason, which stands in the dead letter.
    pub fn reject(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { class: Class::Reject, error: error.into() }
    }

    /// What the handler needs is away: the consumer pauses, and tries this message again until it is back.
    pub fn unavailable(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { class: Class::Unavailable, error: error.into() }
    }

    /// What it means for the message.
    #[must_use]
    pub fn class(&self) -> Class {
        self.class
    }

    /// The error.
    #[must_use]
    pub fn error(&self) -> &(dyn Error + Send + Sync + 'static) {
        &*self.error
    }
}

impl<E: Into<Box<dyn Error + Send + Sync>>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::retry(error)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}
