//! What can be set, and the defaults.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use crate::breaker::BreakerSettings;

/// What a publisher does when its line is full: the broker is slower than the callers, or blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum WhenFull {
    /// Wait for a place, at most until the deadline of the event.
    Wait,
    /// Say so at once; [`PublishError::is_full`](crate::PublishError::is_full) is true.
    Refuse,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Settings {
    pub(crate) lanes: usize,
    pub(crate) window: usize,
    pub(crate) capacity: usize,
    pub(crate) when_full: WhenFull,
    pub(crate) deadline: Duration,
    pub(crate) confirm_limit: Duration,
    pub(crate) first_pause: Duration,
    pub(crate) longest_pause: Duration,
    pub(crate) breaker: BreakerSettings,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            // Measured: one channel with about 1000 events under way carries what the link can; more channels add nothing.
            lanes: 1,
            window: 1_000,
            capacity: 10_000,
            when_full: WhenFull::Wait,
            deadline: Duration::from_secs(30),
            confirm_limit: Duration::from_secs(10),
            first_pause: Duration::from_millis(50),
            longest_pause: Duration::from_secs(2),
            breaker: BreakerSettings::default(),
        }
    }
}

impl Settings {
    /// The pause before an event is written again. Half of it is left to chance, so that publishers which failed
    /// together do not come back together.
    pub(crate) fn pause(&self, attempts: u32) -> Duration {
        let pause = self.first_pause.saturating_mul(1 << attempts.min(16)).min(self.longest_pause);
        // Fresh keys of a hasher are random enough for this, and cost no dependency.
        let chance = RandomState::new().hash_one(attempts) % 1_000;
        pause / 2 + pause / 2 * u32::try_from(chance).unwrap_or_default() / 1_000
    }
}
