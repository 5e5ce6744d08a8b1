//! How a consumer is doing, for those who watch it.

use std::fmt;
use std::mem::discriminant;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use workout_broker::{Broker, LinkState};

/// What a consumer does at the moment, told without waiting: for health and readiness checks. It goes on telling when the
/// consumer has ended.
#[derive(Debug, Clone)]
pub struct ConsumerHealth(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    now: Mutex<Now>,
    /// Once it runs.
    broker: OnceLock<Broker>,
    in_flight: AtomicUsize,
}

#[derive(Debug)]
struct Now {
    state: ConsumerState,
    since: Instant,
    settled: Option<Instant>,
}

/// What a consumer does.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConsumerState {
    /// It has not begun yet.
    Starting,
    /// It takes what comes.
    Consuming,
    /// What its handlers need is away, for this reason. Messages wait.
    Paused(String),
    /// It has no subscription, for this reason, and asks for one again.
    Reconnecting(String),
    /// It takes no more, and finishes what it has.
    Draining,
    /// It has ended.
    Ended,
}

impl ConsumerHealth {
    pub(crate) fn new() -> Self {
        let now = Now { state: ConsumerState::Starting, since: Instant::now(), settled: None };
        Self(Arc::new(Inner { now: Mutex::new(now), broker: OnceLock::new(), in_flight: AtomicUsize::new(0) }))
    }

    /// What it does. Without its link a consumer does not take anything, whatever it was about to do.
    #[must_use]
    pub fn state(&self) -> ConsumerState {
        let state = self.lock().state.clone();
        match self.0.broker.get().map(Broker::health) {
            Some(health) if state.needs_a_link() && health.consuming.state != LinkState::Up => {
                ConsumerState::Reconnecting(health.to_string())
            }
            _ => state,
        }
    }

    /// For how long it has been so, as far as that was not the link's doing.
    #[must_use]
    pub fn lasts(&self) -> Duration {
        self.lock().since.elapsed()
    }

    /// Whether it takes what comes: whether the service behind it is ready.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.state() == ConsumerState::Consuming
    }

    /// How many messages it works on.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.0.in_flight.load(Ordering::Relaxed)
    }

    /// How long ago it was done with a message, or `None` while it has not been with any.
    #[must_use]
    pub fn last_settled(&self) -> Option<Duration> {
        self.lock().settled.map(|settled| settled.elapsed())
    }

    pub(crate) fn runs_on(&self, broker: &Broker) {
        // A consumer runs once.
        let _ = self.0.broker.set(broker.clone());
    }

    /// A drain is over only with the end, and an end is for ever.
    pub(crate) fn is(&self, state: ConsumerState) {
        let mut now = self.lock();
        let over = match now.state {
            ConsumerState::Ended => true,
            ConsumerState::Draining => state != ConsumerState::Ended,
            _ => now.state == state,
        };
        if !over {
            // Another reason is no other state.
            if discriminant(&now.state) != discriminant(&state) {
                now.since = Instant::now();
            }
            now.state = state;
        }
    }

    /// Whatever ends the consumer, a panic or whoever drops its future.
    pub(crate) fn ends_when_dropped(&self) -> Ends {
        Ends(self.clone())
    }

    pub(crate) fn works_on(&self, messages: usize) {
        self.0.in_flight.store(messages, Ordering::Relaxed);
    }

    pub(crate) fn has_settled(&self) {
        self.lock().settled = Some(Instant::now());
    }

    fn lock(&self) -> MutexGuard<'_, Now> {
        // No code panics under the lock.
        self.0.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Says that the consumer has ended, when this is dropped.
#[derive(Debug)]
pub(crate) struct Ends(ConsumerHealth);

impl Drop for Ends {
    fn drop(&mut self) {
        self.0.works_on(0);
        self.0.is(ConsumerState::Ended);
    }
}

impl ConsumerState {
    /// Whether the want of a link tells more.
    fn needs_a_link(&self) -> bool {
        matches!(self, Self::Consuming | Self::Reconnecting(_))
    }
}

/// For people: what it does, with the reason.
impl fmt::Display for ConsumerState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Starting => f.write_str("starting"),
            Self::Consuming => f.write_str("consuming"),
            Self::Paused(reason) => write!(f, "paused: {reason}"),
            Self::Reconnecting(reason) => write!(f, "reconnecting: {reason}"),
            Self::Draining => f.write_str("draining"),
            Self::Ended => f.write_str("ended"),
        }
    }
}
