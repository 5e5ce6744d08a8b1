//! A queue, what stands in it, and who reads it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use workout_events::amqp::Message;

use crate::in_process::subscriber::Subscriber;
use crate::topology::Binding;

/// A message in a queue.
#[derive(Debug, Clone)]
pub(super) struct Stored {
    pub(super) message: Arc<Message>,
    /// How often it has come back.
    pub(super) returns: u32,
}

#[derive(Debug, Default)]
pub(super) struct QueueState {
    pub(super) bindings: BTreeSet<Binding>,
    pub(super) dead_letters: Option<String>,
    /// What came back goes out first, as in a quorum queue with a delivery limit.
    returned: VecDeque<Stored>,
    fresh: VecDeque<Stored>,
    /// In turn.
    pub(super) readers: VecDeque<u64>,
}

impl QueueState {
    pub(super) fn new(dead_letters: Option<String>) -> Self {
        Self { dead_letters, ..Self::default() }
    }

    /// How many messages wait for a reader.
    pub(super) fn waiting(&self) -> usize {
        self.returned.len() + self.fresh.len()
    }

    pub(super) fn put(&mut self, message: Arc<Message>) {
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
