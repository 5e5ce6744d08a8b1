//! Reading a queue.

use std::fmt;
use std::sync::Arc;

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

use crate::in_process::queues::{Queues, Stored};
use crate::prefetch::Prefetch;

/// Takes messages one by one, so nothing waits unseen in a buffer of the consumer.
#[derive(Debug)]
pub(crate) struct Subscription {
    queues: Arc<Queues>,
    queue: String,
    arrival: Arc<Notify>,
    /// One permit for each message that may be out at a time.
    unsettled: Arc<Semaphore>,
    stopped: bool,
}

impl Subscription {
    pub(crate) fn new(queues: Arc<Queues>, queue: String, arrival: Arc<Notify>, prefetch: Prefetch) -> Self {
        let unsettled = Arc::new(Semaphore::new(prefetch.get().into()));
        Self { queues, queue, arrival, unsettled, stopped: false }
    }

    pub(crate) async fn next(&mut self) -> Option<Unsettled> {
        if self.stopped {
            return None;
        }
        // The semaphore is never closed.
        let permit = Arc::clone(&self.unsettled).acquire_owned().await.ok()?;
        loop {
            // Nothing is awaited between taking the message and returning it: that makes this cancel safe.
            if let Some(stored) = self.queues.lock().pop(&self.queue) {
                let (queues, queue) = (Arc::clone(&self.queues), self.queue.clone());
                return Some(Unsettled { queues, queue, stored: Some(stored), _permit: permit });
            }
            self.arrival.notified().await;
        }
    }

    pub(crate) fn stop(&mut self) {
        self.stopped = true;
    }
}

/// A message that is out. Dropping it puts it back.
pub(crate) struct Unsettled {
    queues: Arc<Queues>,
    queue: String,
    /// `None` once settled.
    stored: Option<Stored>,
    _permit: OwnedSemaphorePermit,
}

impl Unsettled {
    pub(crate) fn body(&self) -> &[u8] {
        self.stored.as_ref().map_or(&[], |stored| &stored.message.body)
    }

    pub(crate) fn routing_key(&self) -> &str {
        self.stored.as_ref().map_or("", |stored| &*stored.message.routing_key)
    }

    pub(crate) fn kind(&self) -> Option<&str> {
        self.stored.as_ref().map(|stored| &*stored.message.properties.kind)
    }

    pub(crate) fn message_id(&self) -> Option<&str> {
        self.stored.as_ref().map(|stored| stored.message.properties.message_id.as_str())
    }

    pub(crate) fn redelivered(&self) -> bool {
        self.stored.as_ref().is_some_and(|stored| stored.returns > 0)
    }

    pub(crate) fn ack(mut self) {
        self.stored = None;
    }

    pub(crate) fn reject(mut self) {
        if let Some(stored) = self.stored.take() {
            self.queues.lock().bury(&self.queue, stored);
        }
    }
}

impl Drop for Unsettled {
    fn drop(&mut self) {
        if let Some(stored) = self.stored.take() {
            self.queues.lock().give_back(&self.queue, stored);
        }
    }
}

/// Without the message, which may say something private.
impl fmt::Debug for Unsettled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unsettled")
            .field("queue", &self.queue)
            .field("message_id", &self.message_id())
            .finish_non_exhaustive()
    }
}
