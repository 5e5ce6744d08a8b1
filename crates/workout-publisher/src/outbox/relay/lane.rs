//! A window on its way, and what became of it.

use std::time::{Duration, Instant};

use tokio::time::sleep;
use tracing::{Instrument, Span, field};

use crate::outbox::backend::{Backend, Key};
use crate::outbox::error::OutboxError;
use crate::outbox::relay::shared::Shared;
use crate::outbox::relay::turn::Leased;
use crate::outbox::sink::Sink;
use crate::outbox::window::Window;

/// Between two attempts to mark what was confirmed.
const AGAIN: Duration = Duration::from_millis(200);

impl<DB: Backend> Shared<DB> {
    /// Publishes window after window, until the relay is told to stop or the database refuses for good.
    pub(super) async fn lane<S: Sink>(&self, mut sink: S) -> Result<(), OutboxError> {
        let result = async {
            while let Some(leased) = self.next_window().await? {
                let span = tracing::debug_span!(
                    "relay",
                    outbox.rows = leased.rows.len(),
                    outbox.sent = field::Empty,
                    outbox.failed = field::Empty,
                    outbox.parked = field::Empty,
                    traceparent = field::Empty,
                );
                self.pass_on(&mut sink, leased).instrument(span).await?;
            }
            Ok(())
        };
        let result = result.await;
        if result.is_err() {
            // The others finish what they have under way.
            self.stop();
        }
        result
    }

    /// Publishes a window round by round, and says in the database what became of it.
    async fn pass_on<S: Sink>(&self, sink: &mut S, leased: Leased<'_>) -> Result<(), OutboxError> {
        let Leased { lease, rows, since, trouble, turn } = leased;
        let mut window = Window::plan(rows, self.settings.rules);
        if let Some(traceparent) = window.traceparent() {
            Span::current().record("traceparent", traceparent);
        }
        let began = Instant::now();
        loop {
            // Whoever would have these rows next must not find them under way here.
            if since.elapsed() > self.settings.lease / 2 {
                window.abandon();
            }
            let Some(round) = window.next() else { break };
            let outcomes = match &round.messages[..] {
                [] => Vec::new(),
                messages => sink.publish(messages).await,
            };
            window.settle(round.rows, &outcomes);
        }
        metrics::histogram!("workout_outbox_publish_seconds", "database" => DB::NAME).record(began.elapsed());
        if window.is_known() {
            self.succeeded();
        } else {
            self.failed(trouble);
        }
        // Somebody else may look while we write down what became of it.
        drop(turn);
        self.count(&window);
        let Window { sent, released, .. } = window;
        if !sent.is_empty() {
            self.mark(sent, since).await?;
        }
        if !released.is_empty() {
            match self.run(DB::release(self.outbox.pool.clone(), lease, released)).await {
                // Their lease ends some time.
                Err(error) if error.is_transient() => {}
                result => return result,
            }
        }
        Ok(())
    }

    /// Marks what the broker has confirmed. As long as nobody else can have it, it is worth another attempt: what is not
    /// marked is published again.
    async fn mark(&self, sent: Vec<Key>, since: Instant) -> Result<(), OutboxError> {
        loop {
            match self.run(DB::sent(self.outbox.pool.clone(), sent.clone())).await {
                Err(error) if error.is_transient() => {
                    if self.is_stopped() || since.elapsed() + AGAIN >= self.settings.lease {
                        tracing::warn!(outbox.rows = sent.len(), "events are published again: they cannot be marked");
                        return Ok(());
                    }
                    sleep(AGAIN).await;
                }
                result => return result,
            }
        }
    }

    fn count(&self, window: &Window) {
        let count = |rows: usize| u64::try_from(rows).unwrap_or(u64::MAX);
        let sent = count(window.sent.len());
        let failed = count(window.released.iter().filter(|row| row.tried && row.reason.is_none()).count());
        let parked = count(window.released.iter().filter(|row| row.reason.is_some()).count());
        self.note(|report| {
            report.sent += sent;
            report.failed += failed;
            report.parked += parked;
        });
        let span = Span::current();
        span.record("outbox.sent", sent).record("outbox.failed", failed).record("outbox.parked", parked);
        for (outcome, events) in [("sent", sent), ("failed", failed), ("parked", parked)] {
            if events > 0 {
                metrics::counter!("workout_outbox_events_total", "database" => DB::NAME, "outcome" => outcome)
                    .increment(events);
            }
        }
    }
}
