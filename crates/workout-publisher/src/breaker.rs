//! The circuit breaker: after repeated failures new events are refused at once instead of waiting for their deadline.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use tracing::{info, warn};

/// When the breaker opens and how long it stays open.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BreakerSettings {
    pub(crate) failures: usize,
    pub(crate) within: Duration,
    pub(crate) rest: Duration,
}

impl Default for BreakerSettings {
    fn default() -> Self {
        Self { failures: 3, within: Duration::from_secs(30), rest: Duration::from_secs(1) }
    }
}

/// What the circuit breaker of a publisher does with new events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum BreakerState {
    /// It lets them through.
    Closed,
    /// It refuses them at once. Events that wait already are still tried, and the first success closes it.
    Open,
    /// It has rested and lets events through again; the next failure opens it.
    HalfOpen,
}

#[derive(Debug)]
pub(crate) struct Breaker {
    settings: BreakerSettings,
    state: Mutex<State>,
    /// Whether there have been failures since the last success.
    tripped: AtomicBool,
}

#[derive(Debug, Default)]
struct State {
    failures: VecDeque<Instant>,
    /// While this is set the breaker is open, and after it half open.
    open_until: Option<Instant>,
}

impl Breaker {
    pub(crate) fn new(settings: BreakerSettings) -> Self {
        Self { settings, state: Mutex::default(), tripped: AtomicBool::new(false) }
    }

    fn locked(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether new events are refused. Asked for every event, so it takes no lock while all is well.
    pub(crate) fn is_open(&self) -> bool {
        self.tripped.load(Ordering::Acquire) && self.state() == BreakerState::Open
    }

    pub(crate) fn state(&self) -> BreakerState {
        match self.locked().open_until {
            None => BreakerState::Closed,
            Some(until) if Instant::now() < until => BreakerState::Open,
            Some(_) => BreakerState::HalfOpen,
        }
    }

    /// A window went through.
    pub(crate) fn succeeded(&self) {
        if !self.tripped.load(Ordering::Acquire) {
            return;
        }
        let mut state = self.locked();
        self.tripped.store(false, Ordering::Release);
        state.failures.clear();
        if state.open_until.take().is_some() {
            info!("the circuit breaker closes");
            metrics::gauge!("workout_publisher_breaker_open").set(0);
        }
    }

    /// A window failed. Each failure is logged here, once.
    pub(crate) fn failed(&self, reason: &str) {
        let now = Instant::now();
        let mut state = self.locked();
        self.tripped.store(true, Ordering::Release);
        state.failures.push_back(now);
        while state.failures.front().is_some_and(|first| now.duration_since(*first) > self.settings.within) {
            state.failures.pop_front();
        }
        let count = state.failures.len();
        warn!(reason, failures = count, "publishing failed");
        let was_open = state.open_until.is_some();
        if was_open || count >= self.settings.failures {
            state.open_until = Some(now + self.settings.rest);
            // More is not needed to know that it is open, and the memory of it must not grow.
            while state.failures.len() > self.settings.failures {
                state.failures.pop_front();
            }
            if !was_open {
                warn!("the circuit breaker opens");
                metrics::gauge!("workout_publisher_breaker_open").set(1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_opens_rests_and_closes_with_the_first_success() {
        let breaker = Breaker::new(BreakerSettings::default());
        breaker.failed("one");
        breaker.failed("two");
        assert_eq!(breaker.state(), BreakerState::Closed);
        breaker.failed("three");
        assert_eq!(breaker.state(), BreakerState::Open);
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(breaker.state(), BreakerState::HalfOpen);
        breaker.failed("four");
        assert_eq!(breaker.state(), BreakerState::Open);
        breaker.succeeded();
        assert_eq!(breaker.state(), BreakerState::Closed);
    }

    #[tokio::test(start_paused = true)]
    async fn failures_far_apart_do_not_open_it() {
        let breaker = Breaker::new(BreakerSettings::default());
        for _ in 0..10 {
            breaker.failed("now and then");
            tokio::time::advance(Duration::from_secs(16)).await;
        }
        assert_eq!(breaker.state(), BreakerState::Closed);
    }
}
