//! What can be set, with what holds where nothing is.

use std::time::Duration;

use workout_events::jiff::Timestamp;

/// Limits, and the clock.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// How long an answer may take.
    pub(crate) answer_within: Duration,
    /// How long a body may take to arrive.
    pub(crate) body_within: Duration,
    /// How large a body may be.
    pub(crate) body_bytes: usize,
    /// How long a request with `min_position` waits.
    pub(crate) wait_at_most: Duration,
    /// How many bytes of answers are kept to be given again.
    pub(crate) kept_bytes: usize,
    /// What time it is.
    pub(crate) now: fn() -> Timestamp,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            answer_within: Duration::from_secs(30),
            body_within: Duration::from_secs(10),
            body_bytes: 64 * 1024,
            wait_at_most: Duration::from_secs(2),
            kept_bytes: 16 << 20,
            now: Timestamp::now,
        }
    }
}
