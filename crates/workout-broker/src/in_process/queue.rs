//! A queue, what stands in it, and who reads it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::task::Waker;

use workout_events::amqp::Message;

use crate::prefetch::Prefetch;
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

    /// Hands messages to its readers in turn, as far as they may hold more.
    pub(super) fn hand_out(&mut self, readers: &mut BTreeMap<u64, ReaderState>) {
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
                reader.hand(stored);
            }
        }
    }
}

/// What the server knows of a reader.
#[derive(Debug)]
pub(super) struct ReaderState {
    pub(super) connection: u64,
    pub(super) queue: String,
    prefetch: usize,
    /// What is out, by delivery tag.
    unsettled: BTreeMap<u64, Stored>,
    /// What is out and was not taken yet.
    inbox: VecDeque<u64>,
    last_tag: u64,
    pub(super) mode: Mode,
    waker: Option<Waker>,
}

/// What a reader wants and gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Reading,
    /// It asked for no more.
    Stopped,
    /// Its connection was closed, and it has not been told yet.
    Closing,
    Ended,
}

/// What a reader gets next.
pub(super) enum Next {
    Message(u64, Stored),
    Closed,
    End,
    Nothing,
}

impl ReaderState {
    pub(super) fn new(connection: u64, queue: &str, prefetch: Prefetch) -> Self {
        Self {
            connection,
            queue: queue.to_owned(),
            prefetch: prefetch.get().into(),
            unsettled: BTreeMap::new(),
            inbox: VecDeque::new(),
            last_tag: 0,
            mode: Mode::Reading,
            waker: None,
        }
    }

    fn has_room(&self) -> bool {
        self.mode == Mode::Reading && self.unsettled.len() < self.prefetch
    }

    fn hand(&mut self, stored: Stored) {
        self.last_tag += 1;
        self.inbox.push_back(self.last_tag);
        self.unsettled.insert(self.last_tag, stored);
        self.wake();
    }

    pub(super) fn wake(&mut self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    pub(super) fn next(&mut self) -> Next {
        if let Some(tag) = self.inbox.pop_front()
            && let Some(stored) = self.unsettled.get(&tag)
        {
            return Next::Message(tag, stored.clone());
        }
        match self.mode {
            Mode::Reading => Next::Nothing,
            Mode::Closing => {
                self.mode = Mode::Ended;
                Next::Closed
            }
            Mode::Stopped | Mode::Ended => Next::End,
        }
    }

    pub(super) fn wait(&mut self, waker: &Waker) {
        self.waker = Some(waker.clone());
    }

    /// What this settlement is about. `None` when it is not out.
    pub(super) fn settle(&mut self, tag: u64, through: bool) -> Option<Stored> {
        let stored = self.unsettled.remove(&tag)?;
        if through {
            self.unsettled = self.unsettled.split_off(&tag);
            self.inbox.retain(|other| *other > tag);
        }
        Some(stored)
    }

    /// Everything that is out, in the order in which it went.
    pub(super) fn give_up(&mut self) -> impl Iterator<Item = Stored> + use<> {
        self.inbox.clear();
        std::mem::take(&mut self.unsettled).into_values()
    }
}
