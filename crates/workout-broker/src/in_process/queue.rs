//! A queue, what stands in it, and who reads it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use workout_events::amqp::Message;

use crate::in_process::subscriber::Subscriber;
use crate::topology::{Binding, QueueSpec};

/// A message in a queue.
#[derive(Debug, Clone)]
pub(super) struct Stored {
    pub(super) message: Arc<Message>,
    /// How often it has come back.
    pub(super) returns: u32,
}

#[derive(Debug)]
pub(super) struct QueueState {
    pub(super) spec: QueueSpec,
    pub(super) bindings: BTreeSet<Binding>,
    /// What came back goes out first, as in a quorum queue with a delivery limit.
    returned: VecDeque<Stored>,
    fresh: VecDeque<Stored>,
    /// In turn.
    pub(super) readers: VecDeque<u64>,
    /// When it was declared, or its last reader left.
    unread_since: Instant,
}

impl QueueState {
    pub(super) fn new(spec: QueueSpec) -> Self {
        let (returned, fresh, readers) = (VecDeque::new(), VecDeque::new(), VecDeque::new());
        Self { spec, bindings: BTreeSet::new(), returned, fresh, readers, unread_since: Instant::now() }
    }

    /// From now on it counts how long it has no reader.
    pub(super) fn is_used(&mut self) {
        self.unread_since = Instant::now();
    }

    /// Whether it has been without a reader for so long that it is gone.
    pub(super) fn has_expired(&self) -> bool {
        let unread_for = |limit: Duration| self.readers.is_empty() && self.unread_since.elapsed() >= limit;
        self.spec.expires.is_some_and(unread_for)
    }

    /// Whether a message has come back too often.
    pub(super) fn gives_up(&self, returns: u32) -> bool {
        self.spec.delivery_limit.is_some_and(|limit| returns > limit)
    }

    /// Whether one message more would exceed this, and the queue does not make room.
    pub(super) fn is_full(&self, capacity: usize) -> bool {
        self.spec.keeps_newest.is_none() && self.waiting() >= capacity
    }

    /// How many messages wait for a reader.
    pub(super) fn waiting(&self) -> usize {
        self.returned.len() + self.fresh.len()
    }

    pub(super) fn put(&mut self, message: Arc<Message>) {
        let newest = self.spec.keeps_newest.and_then(|newest| usize::try_from(newest).ok());
        if newest.is_some_and(|newest| self.waiting() >= newest) {
            self.take();
        }
        self.fresh.push_back(Stored { message, returns: 0 });
    }

    pub(super) fn put_back(&mut self, stored: Stored) {
        self.returned.push_back(stored);
    }

    fn take(&mut self) -> Option<Stored> {
        self.returned.pop_front().or_else(|| self.fresh.pop_front())
    }

    /// Hands messages to its readers in turn, as far as they may hold more. They come out after so much time.
    pub(super) fn hand_out(&mut self, readers: &mut BTreeMap<u64, Subscriber>, latency: Duration) {
        let due = (!latency.is_zero()).then(|| Instant::now() + latency);
        let mut idle = 0;
        while idle < self.readers.len() && self.waiting() > 0 {
            self.readers.rotate_left(1);
            let reader = self.readers.back().and_then(|number| readers.get_mut(number));
            let Some(reader) = reader.filter(|reader| reader.has_room()) else {
                idle += 1;
                continue;
            };
            if let Some(stored) = self.take() {
                idle = 0;
                reader.hand(stored, due);
            }
        }
    }
}
