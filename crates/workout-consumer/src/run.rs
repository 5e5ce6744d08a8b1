//! Consuming, message by message.

use std::time::Duration;

use tokio::time::sleep;
use tracing::{info, warn};
use workout_broker::{BrokerError, Deliveries, Delivery};

use crate::handler::{self, Failure, Handler, Handling};
use crate::shutdown::Shutdown;

/// The pause after a failure, doubled with each one that follows at once. Without it, a database that restarts would
/// use up the attempts of every message in the queue within a second.
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// What a consumer has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Report {
    /// Messages that were handled and acknowledged.
    pub handled: u64,
    /// Messages that were put back because their handler failed.
    pub requeued: u64,
    /// Messages that were moved to the dead-letter queue because they are not events of a handled type.
    pub rejected: u64,
}

pub(crate) struct Run<'r> {
    queue: &'r str,
    handlers: &'r [Handler],
    shutdown: Shutdown<'r>,
    pause: Duration,
    report: Report,
}

impl<'r> Run<'r> {
    pub(crate) fn new(queue: &'r str, handlers: &'r [Handler], shutdown: Shutdown<'r>) -> Self {
        Self { queue, handlers, shutdown, pause: FIRST_PAUSE, report: Report::default() }
    }

    pub(crate) async fn consume(mut self, mut deliveries: Deliveries) -> Result<Report, BrokerError> {
        info!(queue = self.queue, "consuming");
        while let Some(delivery) = self.next(&mut deliveries).await? {
            self.take(delivery).await?;
        }
        deliveries.stop().await?;
        while let Some(delivery) = deliveries.next().await {
            self.take(delivery?).await?;
        }
        // Only now is every acknowledgement known to have arrived.
        deliveries.close().await?;
        let Report { handled, requeued, rejected } = self.report;
        info!(queue = self.queue, handled, requeued, rejected, "drained");
        Ok(self.report)
    }

    /// The next message, or `None` when it is time to end.
    async fn next(&mut self, deliveries: &mut Deliveries) -> Result<Option<Delivery>, BrokerError> {
        tokio::select! {
            biased;
            () = self.shutdown.wait() => Ok(None),
            delivery = deliveries.next() => delivery.transpose(),
        }
    }

    /// A message whose settlement came too late, because the link was lost meanwhile, comes again; that ends nothing.
    async fn take(&mut self, delivery: Delivery) -> Result<(), BrokerError> {
        match self.deal_with(delivery).await {
            Err(error) if error.is_not_settled() => {
                warn!(queue = self.queue, error = &error as &dyn std::error::Error, "a message will come again");
                Ok(())
            }
            other => other,
        }
    }

    async fn deal_with(&mut self, delivery: Delivery) -> Result<(), BrokerError> {
        match handler::start(self.handlers, &delivery) {
            Some(Ok(handling)) => match finish(handling).await {
                Ok(()) => {
                    delivery.ack().await?;
                    self.report.handled += 1;
                    self.pause = FIRST_PAUSE;
                }
                Err(error) => {
                    let message_id = delivery.message_id();
                    warn!(
                        queue = self.queue,
                        message_id,
                        error = &*error as &dyn std::error::Error,
                        "a handler failed"
                    );
                    self.pause().await;
                    delivery.requeue().await?;
                    self.report.requeued += 1;
                }
            },
            Some(Err(refused)) => {
                // Neither code nor pointer says what the event says.
                let first = refused.violations().first();
                let (code, pointer) = (first.code.as_str(), first.pointer.as_str());
                warn!(queue = self.queue, message_id = delivery.message_id(), code, pointer, "a message was refused");
                delivery.reject().await?;
                self.report.rejected += 1;
            }
            // `run` does not start without a handler.
            None => delivery.requeue().await?,
        }
        Ok(())
    }

    async fn pause(&mut self) {
        if self.shutdown.came() {
            return;
        }
        tokio::select! {
            () = self.shutdown.wait() => {}
            () = sleep(self.pause) => {}
        }
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
    }
}

/// In a task of its own, so that a panic is a failure of this one message.
async fn finish(handling: Handling) -> Result<(), Failure> {
    tokio::spawn(handling).await?
}
