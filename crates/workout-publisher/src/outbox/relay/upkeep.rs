//! What a relay does beside publishing: it deletes what was kept long enough, and tells how much waits.

use std::time::{Duration, Instant};

use tokio::time::sleep;

use crate::outbox::backend::Backend;
use crate::outbox::error::OutboxError;
use crate::outbox::relay::shared::Shared;

/// How many rows are deleted at once: little enough that nobody waits for it.
const SWEEP: u64 = 1000;

/// How many times as long as a look at the lag took there is none.
const SPARE: u32 = 100;

impl<DB: Backend> Shared<DB> {
    /// Until the relay is told to stop, or the database refuses for good.
    pub(super) async fn upkeep(&self) -> Result<(), OutboxError> {
        let result = async {
            let mut pause = Duration::ZERO;
            loop {
                tokio::select! {
                    biased;
                    () = self.stopped() => return Ok(()),
                    () = sleep(pause) => {}
                }
                let began = Instant::now();
                let done = async {
                    self.tell_lag().await?;
                    let took = began.elapsed();
                    self.sweep().await?;
                    Ok::<_, OutboxError>(took)
                };
                pause = match done.await {
                    Ok(took) => self.settings.upkeep.max(took * SPARE),
                    Err(error) if error.is_transient() => self.settings.upkeep,
                    Err(error) => return Err(error),
                };
            }
        };
        let result = result.await;
        if result.is_err() {
            self.stop();
        }
        result
    }

    async fn sweep(&self) -> Result<(), OutboxError> {
        // A full batch means that there is more.
        let mut deleted = SWEEP;
        while deleted >= SWEEP && !self.is_stopped() {
            let sweep = DB::sweep(self.outbox.pool.clone(), self.settings.retention, SWEEP.cast_signed());
            deleted = self.run(sweep).await?;
            self.note(|report| report.deleted += deleted);
            metrics::counter!("workout_outbox_deleted_total", "database" => DB::NAME).increment(deleted);
        }
        Ok(())
    }

    #[expect(clippy::cast_precision_loss, reason = "a gauge is no more exact")]
    async fn tell_lag(&self) -> Result<(), OutboxError> {
        let lag = self.outbox.lag().await?;
        metrics::gauge!("workout_outbox_waiting_events", "database" => DB::NAME).set(lag.events as f64);
        metrics::gauge!("workout_outbox_parked_events", "database" => DB::NAME).set(lag.parked as f64);
        metrics::gauge!("workout_outbox_oldest_seconds", "database" => DB::NAME).set(lag.oldest.as_secs_f64());
        Ok(())
    }
}
