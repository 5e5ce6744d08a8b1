//! Whether what the handlers need is there.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::{Mutex, MutexGuard, watch};
use tokio::time::{Instant, sleep_until, timeout_at};
use tracing::{info, warn};

use crate::handler::Failure;
use crate::health::{ConsumerHealth, ConsumerState};
use crate::letter::error_chain;
use crate::retries::jitter;
use crate::run::figures;

/// The pause after the first failure, doubled with each one that follows.
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Closed while what the handlers need is away: nothing new is begun then, and one message at a time tries whether it is
/// back.
#[derive(Debug)]
pub(crate) struct Gate {
    queue: Arc<str>,
    health: ConsumerHealth,
    open: AtomicBool,
    /// Nobody is let through any more, because the consumer ends.
    ending: watch::Sender<bool>,
    /// Who has it tries.
    turn: Mutex<()>,
}

/// The outage as one message sees it.
#[derive(Debug)]
pub(super) struct Outage<'g> {
    gate: &'g Gate,
    turn: Option<MutexGuard<'g, ()>>,
    pause: Duration,
    /// How long the message is held.
    until: Instant,
}

impl Gate {
    pub(crate) fn new(queue: &Arc<str>, health: &ConsumerHealth) -> Self {
        Self {
            queue: Arc::clone(queue),
            health: health.clone(),
            open: AtomicBool::new(true),
            ending: watch::Sender::new(false),
            turn: Mutex::new(()),
        }
    }

    pub(crate) fn is_open(&self) -> bool {
        self.open.load(Ordering::Relaxed)
    }

    /// A message was handled that was begun while the gate was closed: what was away is back.
    pub(super) fn reopen(&self) {
        if !self.open.swap(true, Ordering::Relaxed) {
            info!(queue = &*self.queue, "what the handlers need is back");
            self.health.is(ConsumerState::Consuming);
            figures::paused(&self.queue, false);
        }
    }

    /// Whoever waits gives up.
    pub(crate) fn end(&self) {
        self.ending.send_replace(true);
    }

    /// A handler said that what it needs is away: now, or still. Waits until its message may be tried again.
    pub(super) async fn shut<'g>(
        &'g self,
        outage: &mut Option<Outage<'g>>,
        failure: &Failure,
        hold: Duration,
    ) -> Waited {
        self.say(failure);
        let begun = || Outage { gate: self, turn: None, pause: FIRST_PAUSE / 2, until: Instant::now() + hold };
        let outage = outage.get_or_insert_with(begun);
        outage.pause = (outage.pause * 2).min(LONGEST_PAUSE);
        outage.wait().await
    }

    fn say(&self, failure: &Failure) {
        let error = error_chain(failure.error());
        if self.open.swap(false, Ordering::Relaxed) {
            warn!(queue = &*self.queue, error, "what the handlers need is away; consuming pauses");
            figures::paused(&self.queue, true);
        }
        self.health.is(ConsumerState::Paused(error));
    }
}

/// How the wait of a message ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Waited {
    /// It may be tried again.
    Again,
    /// It has been held for too long.
    TooLong,
    /// The consumer ends.
    Ending,
}

impl Outage<'_> {
    /// Waits until the message may be tried again.
    async fn wait(&mut self) -> Waited {
        let mut ending = self.gate.ending.subscribe();
        tokio::select! {
            biased;
            _ = ending.wait_for(|ending| *ending) => Waited::Ending,
            waited = wait_for_turn(self.gate, &mut self.turn, self.pause, self.until) => waited,
        }
    }
}

async fn wait_for_turn<'g>(
    gate: &'g Gate,
    turn: &mut Option<MutexGuard<'g, ()>>,
    pause: Duration,
    until: Instant,
) -> Waited {
    if turn.is_none() {
        let Ok(mine) = timeout_at(until, gate.turn.lock()).await else { return Waited::TooLong };
        if gate.is_open() {
            // Someone else has found out that it is back.
            return Waited::Again;
        }
        *turn = Some(mine);
    }
    let next = Instant::now() + jitter(pause, 0);
    sleep_until(next.min(until)).await;
    if next <= until { Waited::Again } else { Waited::TooLong }
}
