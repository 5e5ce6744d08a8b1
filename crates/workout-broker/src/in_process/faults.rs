//! What a test can do to a server.

use std::time::Duration;

use tokio::sync::mpsc;

use crate::in_process::confirms::{Confirms, Random};
use crate::in_process::links::Side;
use crate::in_process::script::Fate;
use crate::in_process::server::Server;

/// What can go wrong, at the word of a test. Nothing here happens by itself, and all of it can be repeated: time is
/// tokio's, which a test may pause, and chance comes from the seed.
impl Server {
    /// An empty server whose chance begins here.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        let server = Self::new();
        server.lock().script.random = Random(seed);
        server
    }

    /// Decides about the messages that are published next, in their order.
    pub fn script(&self, fates: impl IntoIterator<Item = Fate>) {
        let mut state = self.lock();
        (1..).zip(fates).for_each(|(nth, fate)| state.script.set(nth, fate));
    }

    /// Decides about the n-th message that is published from now on. The next one is the first.
    pub fn nth(&self, nth: u64, fate: Fate) {
        self.lock().script.set(nth, fate);
    }

    /// Decides in which order messages are confirmed.
    pub fn confirm(&self, confirms: Confirms) {
        self.lock().script.confirms = confirms;
    }

    /// Holds confirms back, and what comes back with them. Messages reach their queues all the same.
    pub fn hold_confirms(&self) {
        self.lock().script.held = true;
    }

    /// Says so many of the things that are held back, and holds the rest: returned messages count, and a confirm of many
    /// counts once.
    pub fn release_some(&self, confirms: usize) {
        self.lock().release(confirms);
    }

    /// Says all that was held back, and holds nothing back from now on.
    pub fn release_confirms(&self) {
        let mut state = self.lock();
        state.script.held = false;
        state.release(usize::MAX);
    }

    /// Stops reading what publishers write, as a server that is short of memory or disk. Readers are served.
    pub fn block(&self) {
        self.lock().set_blocked(true);
    }

    /// Reads on, beginning with what was written meanwhile: also what nobody waits for any more, as in AMQP.
    pub fn unblock(&self) {
        self.lock().set_blocked(false);
    }

    /// Ends the links that messages are published on, and lets none be made. What is under way is unknown.
    pub fn lose_publishing(&self) {
        let mut state = self.lock();
        state.end_windows(None);
        state.set_down(Side::Publishing, true);
    }

    /// Lets them be made again, with the next generation.
    pub fn restore_publishing(&self) {
        self.lock().set_down(Side::Publishing, false);
    }

    /// Ends the links that queues are read on, and lets none be made. What was not settled comes again.
    pub fn lose_consuming(&self) {
        let mut state = self.lock();
        state.set_down(Side::Consuming, true);
        state.close_channels(|_| true);
    }

    /// Lets them be made again, with the next generation; readers go on.
    pub fn restore_consuming(&self) {
        let mut state = self.lock();
        state.set_down(Side::Consuming, false);
        state.read_again();
    }

    /// Closes the channels that messages are published on: what is under way is unknown, and the next window goes on.
    pub fn close_publishing_channels(&self) {
        self.lock().end_windows(None);
    }

    /// Closes the channels of all readers of a queue. They go on by themselves; what they had not settled comes again, and
    /// can no longer be settled as it is.
    pub fn close_channels(&self, queue: &str) {
        self.lock().close_channels(|reader| reader.queue == queue);
    }

    /// Ends the subscriptions of all readers of a queue, and nothing else.
    pub fn cancel(&self, queue: &str) {
        self.lock().cancel(queue);
    }

    /// Deletes a queue with all that is in it.
    pub fn delete_queue(&self, queue: &str) {
        self.lock().delete(queue);
    }

    /// How many messages wait in a queue before it refuses more. 10,000 unless set.
    pub fn capacity(&self, messages: usize) {
        self.lock().capacity = messages;
    }

    /// How long a confirm takes to come back, and a message to come out of a queue.
    pub fn latency(&self, latency: Duration) {
        self.lock().latency = latency;
    }
}

/// What a test can see.
impl Server {
    /// How many messages wait in a queue for a reader. `None` when there is no such queue.
    #[must_use]
    pub fn waiting(&self, queue: &str) -> Option<usize> {
        self.lock().waiting(queue)
    }

    /// How many messages of a queue are with its readers, and not settled.
    #[must_use]
    pub fn unsettled(&self, queue: &str) -> usize {
        self.lock().unsettled(queue)
    }

    /// The windows that are written from now on.
    #[must_use]
    pub fn windows(&self) -> Windows {
        Windows(self.lock().watch())
    }
}

/// The windows that publishers write. Made by [`Server::windows`].
#[derive(Debug)]
pub struct Windows(mpsc::UnboundedReceiver<Vec<String>>);

impl Windows {
    /// The message ids of the next window. It waits until there is one, and for ever when the server is gone.
    pub async fn next(&mut self) -> Vec<String> {
        match self.0.recv().await {
            Some(ids) => ids,
            None => std::future::pending().await,
        }
    }

    /// The message ids of the next window, if one was written.
    pub fn try_next(&mut self) -> Option<Vec<String>> {
        self.0.try_recv().ok()
    }
}
