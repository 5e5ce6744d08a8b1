//! What can be set, and the defaults.

use std::time::Duration;

use workout_broker::Prefetch;
use workout_events::Decoder;

use crate::error::ConsumeError;
use crate::retries::Retries;

/// More handlers at once than this are no concurrency but a leak.
const MOST_AT_ONCE: usize = 10_000;

/// Longer than any process lives, and still a time that can be added to now.
pub(crate) const LONGEST: Duration = Duration::from_hours(24 * 3650);

#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// `None`: as many as suit the handlers.
    pub(crate) prefetch: Option<Prefetch>,
    pub(crate) concurrency: usize,
    pub(crate) by_subject: bool,
    pub(crate) retries: Retries,
    /// How long a handler may take.
    pub(crate) limit: Duration,
    /// How long everything may take after the shutdown.
    pub(crate) drain: Duration,
    /// How long messages are held while what the handlers need is away. RabbitMQ takes them back after 30 minutes.
    pub(crate) hold: Duration,
    /// After how many returns without an answer a message is not handled any more.
    pub(crate) crashes: u32,
    pub(crate) decoder: Decoder,
    pub(crate) declares: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            prefetch: None,
            concurrency: 1,
            by_subject: false,
            retries: Retries::default(),
            limit: Duration::from_mins(1),
            // Kubernetes gives a service 30 seconds; some of them are for whatever else it has to close.
            drain: Duration::from_secs(20),
            hold: Duration::from_mins(5),
            // Half of what the queue itself allows, so that it is our dead letter, which says why.
            crashes: workout_broker::DELIVERY_LIMIT / 2,
            decoder: Decoder::new(),
            declares: true,
        }
    }
}

impl Settings {
    /// How many messages may be out, where so many are handled at once. A batch is read while the one before it is
    /// committed.
    pub(crate) fn prefetch_for(&self, at_once: usize, batches: bool) -> Prefetch {
        let suits = if batches { at_once.saturating_mul(2) } else { at_once };
        let fits = || Prefetch::new(u32::try_from(suits).ok()?.clamp(1, u16::MAX.into())).ok();
        let usual = Prefetch::default();
        self.prefetch.unwrap_or_else(|| fits().filter(|fits| fits.get() > usual.get()).unwrap_or(usual))
    }

    /// Refuses what could not work, before anything is consumed. `at_once` is how many messages are worked on together.
    pub(crate) fn check(&self, prefetch: Prefetch, at_once: usize) -> Result<(), ConsumeError> {
        let problem = if self.concurrency == 0 || self.concurrency > MOST_AT_ONCE {
            Some("between 1 and 10000 handlers run at once")
        } else if usize::from(prefetch.get()) < at_once {
            Some("the prefetch is smaller than what is handled at once, so that would never fill")
        } else if self.limit.is_zero() {
            Some("a handler needs some time")
        } else if self.crashes < 2 {
            Some("a message may come back twice: a link that is lost makes it do so")
        } else {
            self.retries.problem()
        };
        problem.map_or(Ok(()), |problem| Err(ConsumeError::invalid(problem)))
    }
}
