//! What a consumer is made of.

use std::pin::pin;

use workout_broker::{Broker, Prefetch, Queue};
use workout_events::{Event, EventType};

use crate::error::ConsumeError;
use crate::handler::{Failure, Handler};
use crate::run::{Report, Run};
use crate::shutdown::Shutdown;

/// A queue of this service, and what to do with the events in it.
#[derive(Debug)]
#[must_use = "a consumer does nothing until `run` is called"]
pub struct Consumer {
    queue: Queue,
    prefetch: Prefetch,
    handlers: Vec<Handler>,
}

impl Consumer {
    /// A consumer of this queue, by convention `service.purpose`. Instances of a service share the queue and its work.
    pub fn new(queue: impl Into<String>) -> Self {
        Self { queue: Queue::new(queue), prefetch: Prefetch::default(), handlers: Vec::new() }
    }

    /// Handles the events of type `T`, and binds the queue to them.
    ///
    /// The handler may get an event more than once, and events in any order: it has to be idempotent. `Ok` means that the
    /// event has been dealt with, for good; it is acknowledged then and not before. `Err` and a panic mean that it has
    /// to come again.
    pub fn on<T, H, F, E>(mut self, handler: H) -> Self
    where
        T: EventType,
        H: Fn(Event<T>) -> F + Send + Sync + 'static,
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<Failure>,
    {
        self.queue = self.queue.bind_type::<T>();
        self.handlers.push(Handler::new(handler));
        self
    }

    /// How many messages the broker may send ahead, 100 unless said otherwise.
    pub fn prefetch(mut self, prefetch: Prefetch) -> Self {
        self.prefetch = prefetch;
        self
    }

    /// The queue with its bindings: to declare it before anything is published, where `run` may come too late.
    pub fn queue(&self) -> &Queue {
        &self.queue
    }

    /// Declares the queue and consumes until `shutdown` is ready; then takes no more, handles what has already come, and
    /// reports.
    ///
    /// Events are handled one after another. A handler that has begun is not cut short by the shutdown; dropping the
    /// future leaves it running, and what it was given will come again.
    ///
    /// # Errors
    /// When there is no handler, the queue cannot be declared, or the link to the broker is lost.
    pub async fn run(self, broker: Broker, shutdown: impl Future<Output = ()> + Send) -> Result<Report, ConsumeError> {
        if self.handlers.is_empty() {
            return Err(ConsumeError::no_handler());
        }
        broker.declare(&self.queue).await.map_err(ConsumeError::broker)?;
        let deliveries = broker.consume(self.queue.name(), self.prefetch).await.map_err(ConsumeError::broker)?;
        let signal = pin!(shutdown);
        let run = Run::new(self.queue.name(), &self.handlers, Shutdown::new(signal));
        run.consume(deliveries).await.map_err(ConsumeError::broker)
    }
}
