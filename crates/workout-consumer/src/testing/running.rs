//! A consumer in a task of its own.

use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use workout_broker::Broker;

use crate::consumer::Consumer;
use crate::error::ConsumeError;
use crate::health::ConsumerHealth;
use crate::run::Report;

/// A consumer that runs in a task, until the test ends it in one way or another. Dropped, it drains, and nobody looks at
/// its report.
#[derive(Debug)]
#[must_use = "dropped, it ends"]
pub struct Running {
    /// How it is doing.
    pub health: ConsumerHealth,
    stop: oneshot::Sender<()>,
    run: JoinHandle<Result<Report, ConsumeError>>,
}

impl Running {
    /// Declares the queues of a consumer and runs it: what is published from now on waits for it.
    ///
    /// # Panics
    /// When the queues cannot be declared.
    pub async fn start<S: Send + Sync + 'static>(broker: &Broker, consumer: Consumer<S>) -> Self {
        broker.declare(&consumer.queue()).await.expect("the queues are declared");
        let (stop, stopped) = oneshot::channel();
        let health = consumer.health();
        let shutdown = async { stopped.await.unwrap_or_default() };
        let run = tokio::spawn(consumer.run(broker.clone(), shutdown));
        Self { health, stop, run }
    }

    /// Asks it to end, and waits for its report.
    ///
    /// # Panics
    /// When it fails.
    pub async fn end(self) -> Report {
        // It may have ended by itself, and then says why.
        let _ = self.stop.send(());
        self.run.await.expect("the consumer does not panic").expect("the consumer does not fail")
    }

    /// Waits until it ends by itself.
    ///
    /// # Panics
    /// When it ends without an error, which it does not before it was asked to.
    pub async fn fail(self) -> ConsumeError {
        self.run.await.expect("the consumer does not panic").expect_err("the consumer fails")
    }

    /// Ends it as a crash does: nothing is settled any more.
    ///
    /// # Panics
    /// When it had ended before.
    pub async fn abort(self) {
        self.run.abort();
        assert!(self.run.await.is_err_and(|error| error.is_cancelled()), "the consumer had ended before");
    }
}
