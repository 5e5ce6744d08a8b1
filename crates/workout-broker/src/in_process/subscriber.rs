//! A reader, as the server knows it.

use std::collections::{BTreeMap, VecDeque};
use std::task::Waker;

use tokio::time::Instant;

use crate::error::{BrokerError, Kind};
use crate::in_process::log::Log;
use crate::in_process::queue::Stored;
use crate::prefetch::Prefetch;

#[derive(Debug)]
pub(super) struct Subscriber {
    pub(super) connection: u64,
    pub(super) queue: String,
    prefetch: usize,
    /// Which message of a stream it gets next.
    place: Option<u64>,
    /// What is out, by delivery tag.
    unsettled: BTreeMap<u64, Stored>,
    /// What is out and was not taken yet, and when it may be.
    inbox: VecDeque<(u64, Option<Instant>)>,
    last_tag: u64,
    /// Up to this tag everything came on channels that are gone.
    stale: u64,
    pub(super) mode: Mode,
    waker: Option<Waker>,
}

/// What a reader wants and gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Reading,
    /// There is no link to read on. It goes on when there is.
    Waiting,
    /// It asked for no more.
    Stopped,
    /// It will be told this, and gets no more.
    Ending(End),
    Ended,
}

/// Why a subscription ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// Its connection was closed.
    Closed,
    /// The server ended it, and nothing else: what is out can still be settled.
    Cancelled,
    /// When it could go on there was no queue any more.
    NotFound,
}

/// What a reader gets next.
pub(super) enum Next {
    Message(u64, Stored),
    Error(BrokerError),
    End,
    /// Something, at that time.
    Later(Instant),
    /// Nothing, unless something changes: at the latest then, when a delay is over.
    Perhaps(Instant),
    Nothing,
}

impl Subscriber {
    pub(super) fn new(connection: u64, queue: &str, prefetch: Prefetch, place: Option<u64>) -> Self {
        Self {
            connection,
            queue: queue.to_owned(),
            prefetch: prefetch.get().into(),
            place,
            unsettled: BTreeMap::new(),
            inbox: VecDeque::new(),
            last_tag: 0,
            stale: 0,
            mode: Mode::Reading,
            waker: None,
        }
    }

    pub(super) fn has_room(&self) -> bool {
        self.mode == Mode::Reading && self.unsettled.len() < self.prefetch
    }

    pub(super) fn unsettled(&self) -> usize {
        self.unsettled.len()
    }

    pub(super) fn hand(&mut self, stored: Stored, due: Option<Instant>) {
        self.last_tag += 1;
        self.inbox.push_back((self.last_tag, due));
        self.unsettled.insert(self.last_tag, stored);
        self.wake();
    }

    /// Hands it what a stream has for it, as far as it may hold more.
    pub(super) fn read_on(&mut self, log: &Log, due: Option<Instant>) {
        while self.has_room()
            && let Some(stored) = self.place.and_then(|place| log.at(place))
        {
            self.place = stored.offset.map(|offset| offset + 1);
            self.hand(stored, due);
        }
    }

    pub(super) fn wake(&mut self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    pub(super) fn wait(&mut self, waker: &Waker) {
        self.waker = Some(waker.clone());
    }

    pub(super) fn next(&mut self) -> Next {
        if let Some((tag, due)) = self.inbox.front().copied() {
            if let Some(due) = due.filter(|due| *due > Instant::now()) {
                return Next::Later(due);
            }
            self.inbox.pop_front();
            if let Some(stored) = self.unsettled.get(&tag) {
                return Next::Message(tag, stored.clone());
            }
        }
        match self.mode {
            Mode::Reading | Mode::Waiting => Next::Nothing,
            Mode::Ending(end) => {
                self.mode = if end == End::Cancelled { Mode::Stopped } else { Mode::Ended };
                Next::Error(match end {
                    End::Closed => Kind::Closed.into(),
                    End::Cancelled => Kind::Cancelled.into(),
                    End::NotFound => Kind::NotFound.into(),
                })
            }
            Mode::Stopped | Mode::Ended => Next::End,
        }
    }

    /// Whether a message came on a channel that is gone.
    pub(super) fn has_lost(&self, tag: u64) -> bool {
        tag <= self.stale
    }

    /// The message that this is about.
    pub(super) fn settle(&mut self, tag: u64, through: bool) -> Result<Stored, BrokerError> {
        if self.has_lost(tag) {
            return Err(Kind::NotSettled(None).into());
        }
        let stored = self.unsettled.remove(&tag).ok_or(Kind::SettledBefore)?;
        if through {
            self.unsettled = self.unsettled.split_off(&tag);
            self.inbox.retain(|(other, _)| *other > tag);
        }
        Ok(stored)
    }

    /// Everything that is out, in the order in which it went. It cannot be settled any more. A reader of a stream goes on
    /// with what it had not taken.
    pub(super) fn give_up(&mut self) -> impl Iterator<Item = Stored> + use<> {
        self.stale = self.last_tag;
        let untaken = self.inbox.pop_front().and_then(|(tag, _)| self.unsettled.get(&tag));
        self.place = untaken.and_then(|stored| stored.offset).or(self.place);
        self.inbox.clear();
        std::mem::take(&mut self.unsettled).into_values()
    }
}
