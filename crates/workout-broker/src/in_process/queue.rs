//! A queue, what stands in it, and who reads it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use workout_events::amqp::Message;

use crate::in_process::log::Log;
use crate::in_process::subscriber::Subscriber;
use crate::topology::{Binding, QueueKind, QueueSpec};

/// A message in a queue.
#[derive(Debug, Clone)]
pub(super) struct Stored {
    pub(super) message: Arc<Message>,
    /// How often it has come back.
    pub(super) returns: u32,
    /// When its delay is over.
    due: Option<Instant>,
    /// Its place in a stream.
    pub(super) offset: Option<u64>,
}

impl Stored {
    pub(super) fn of_a_stream(message: Arc<Message>, offset: u64) -> Self {
        Self { message, returns: 0, due: None, offset: Some(offset) }
    }
}

/// A message that is no longer in a queue, and has to go where that sends it.
#[derive(Debug)]
pub(super) struct GivenUp {
    pub(super) message: Arc<Message>,
    pub(super) reason: &'static str,
}

#[derive(Debug)]
pub(super) struct QueueState {
    pub(super) spec: QueueSpec,
    pub(super) bindings: BTreeSet<Binding>,
    /// What came back goes out first, as in a quorum queue with a delivery limit.
    returned: VecDeque<Stored>,
    fresh: VecDeque<Stored>,
    pub(super) given_up: Vec<GivenUp>,
    /// Of a stream, in which nothing else stands.
    pub(super) log: Option<Log>,
    /// In turn.
    pub(super) readers: VecDeque<u64>,
    /// When it was declared, or its last reader left.
    unread_since: Instant,
}

impl QueueState {
    pub(super) fn new(spec: QueueSpec) -> Self {
        let (returned, fresh, readers) = (VecDeque::new(), VecDeque::new(), VecDeque::new());
        let (bindings, given_up) = (BTreeSet::new(), Vec::new());
        let log = (spec.kind == QueueKind::Stream).then(Log::default);
        Self { spec, bindings, returned, fresh, given_up, log, readers, unread_since: Instant::now() }
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
        self.spec.keeps_newest.is_none() && self.log.is_none() && self.waiting() >= capacity
    }

    /// How many messages wait for a reader, or are kept for all.
    pub(super) fn waiting(&self) -> usize {
        self.returned.len() + self.fresh.len() + self.log.as_ref().map_or(0, Log::len)
    }

    /// Whether this is a delay that nobody knew of.
    pub(super) fn put(&mut self, message: Arc<Message>) -> bool {
        if let Some(log) = &mut self.log {
            log.append(message, self.spec.keeps_bytes);
            return false;
        }
        let newest = self.spec.keeps_newest.and_then(|newest| usize::try_from(newest).ok());
        if newest.is_some_and(|newest| self.waiting() >= newest) {
            self.take();
        }
        let due = self.spec.delay.map(|delay| Instant::now() + delay);
        let is_first = self.due().is_none();
        self.fresh.push_back(Stored { message, returns: 0, due, offset: None });
        is_first && due.is_some()
    }

    pub(super) fn put_back(&mut self, stored: Stored) {
        self.returned.push_back(stored);
    }

    /// When the delay of its first message is over.
    pub(super) fn due(&self) -> Option<Instant> {
        self.returned.front().or(self.fresh.front())?.due
    }

    pub(super) fn give_up_first(&mut self) {
        if let Some(stored) = self.take() {
            self.give_up(stored.message, "expired");
        }
    }

    pub(super) fn give_up(&mut self, message: Arc<Message>, reason: &'static str) {
        self.given_up.push(GivenUp { message, reason });
    }

    fn take(&mut self) -> Option<Stored> {
        self.returned.pop_front().or_else(|| self.fresh.pop_front())
    }

    /// Gives up what a stream has kept for long enough.
    pub(super) fn forget(&mut self) {
        if let (Some(log), Some(age)) = (&mut self.log, self.spec.keeps_for) {
            log.forget(age);
        }
    }

    /// Hands messages to its readers in turn, as far as they may hold more. They come out after so much time.
    pub(super) fn hand_out(&mut self, readers: &mut BTreeMap<u64, Subscriber>, latency: Duration) {
        let due = (!latency.is_zero()).then(|| Instant::now() + latency);
        if let Some(log) = &self.log {
            for number in &self.readers {
                if let Some(reader) = readers.get_mut(number) {
                    reader.read_on(log, due);
                }
            }
            return;
        }
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
