//! The next window.

use std::time::{Duration, Instant};

use tokio::sync::MutexGuard;
use tokio::time::sleep;
use uuid::Uuid;

use crate::outbox::backend::{Backend, Lease};
use crate::outbox::error::OutboxError;
use crate::outbox::handle::apart;
use crate::outbox::relay::floor::Floor;
use crate::outbox::relay::shared::Shared;
use crate::outbox::row::Row;
use crate::outbox::window::AWAY;

/// A pause from which it pays to ask writers for hints.
const WORTH_A_HINT: Duration = Duration::from_millis(100);

/// What whoever looks has to know.
#[derive(Debug, Default)]
pub(super) struct Turn {
    floor: Floor,
    /// How many looks in a row have found nothing.
    idle: u32,
}

/// Rows, and under which lease.
pub(super) struct Leased<'r> {
    pub(super) lease: Uuid,
    pub(super) rows: Vec<Row>,
    pub(super) since: Instant,
    /// How many windows had failed before this one.
    pub(super) trouble: u32,
    /// While the broker may be away, one window alone finds out: the others wait for their turn.
    pub(super) turn: Option<MutexGuard<'r, Turn>>,
}

impl<DB: Backend> Shared<DB> {
    /// Looks until there is something to publish; nothing when the relay is told to stop.
    pub(super) async fn next_window(&self) -> Result<Option<Leased<'_>>, OutboxError> {
        let mut turn = tokio::select! {
            biased;
            () = self.stopped() => return Ok(None),
            turn = self.turn.lock() => turn,
        };
        loop {
            tokio::select! {
                biased;
                () = self.stopped() => return Ok(None),
                () = self.pause(&turn) => {}
            }
            let (lease, since, trouble) = (Uuid::now_v7(), Instant::now(), self.trouble());
            match self.look(lease, &mut turn.floor).await {
                Ok(rows) if rows.is_empty() => {
                    turn.idle = turn.idle.saturating_add(1);
                    self.succeeded();
                }
                Ok(rows) => {
                    turn.idle = 0;
                    let turn = (trouble > 0).then_some(turn);
                    return Ok(Some(Leased { lease, rows, since, trouble, turn }));
                }
                Err(error) if error.is_transient() => self.failed(trouble),
                Err(error) => return Err(error),
            }
        }
    }

    async fn look(&self, lease: Uuid, floor: &mut Floor) -> Result<Vec<Row>, OutboxError> {
        let window = self.settings.window;
        let began = Instant::now();
        let from = floor.now(began);
        let lease = Lease { id: lease, limit: window.into(), duration: self.settings.lease, from };
        let rows = self.run(DB::lease(self.outbox.pool.clone(), lease)).await?;
        let took = began.elapsed();
        floor.looked(from, began, took, rows.last().map(|row| row.seq), window);
        metrics::histogram!("workout_outbox_lease_seconds", "database" => DB::NAME).record(took);
        Ok(rows)
    }

    async fn pause(&self, turn: &Turn) {
        match (self.trouble(), turn.idle) {
            (0, 0) => {}
            (0, idle) => self.doze(self.settings.poll.pause(idle - 1)).await,
            (trouble, _) => sleep(self.settings.rules.backoff.pause(trouble - 1).min(AWAY)).await,
        }
    }

    /// Waits for the next look, or for a hint that it pays now.
    async fn doze(&self, pause: Duration) {
        if pause >= WORTH_A_HINT {
            // Only a hint about hints: what goes wrong here goes wrong again at the next statement that matters.
            let _ = apart(DB::asleep(self.outbox.pool.clone(), pause)).await;
        }
        tokio::select! {
            () = sleep(pause) => {}
            () = self.hints.next() => {}
        }
    }
}
