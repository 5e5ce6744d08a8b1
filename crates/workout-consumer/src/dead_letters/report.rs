//! How far it went.

use workout_broker::BrokerError;

use crate::dead_letters::{DeadLetter, NotReplayed};

/// What was done with dead letters, and what was not.
#[derive(Debug)]
#[must_use = "only the report says whether all of it was done"]
#[non_exhaustive]
pub struct Report {
    /// How many letters were there at the beginning and could be taken.
    pub waiting: u64,
    /// How many of them were looked at.
    pub seen: u64,
    /// How many of these were meant.
    pub meant: u64,
    /// How many were replayed, or thrown away.
    pub done: u64,
    /// How many could not be, and are still there.
    pub failed: u64,
    /// How many would be meant if anybody had noted when they died.
    pub undated: u64,
    /// Why it ended.
    pub end: End,
}

/// Why it ended.
#[derive(Debug)]
#[non_exhaustive]
pub enum End {
    /// Every letter that was there at the beginning was looked at, and what was meant is done or failed.
    Complete,
    /// Someone asked for it.
    Asked,
    /// Too many failed.
    Failures,
    /// As much is held as may be, or it has been held for as long as the broker allows: there are more letters.
    Limit,
    /// The link was lost. What was not done is still there; of what was done last, some may be there as well.
    Lost(BrokerError),
}

impl Report {
    pub(super) fn of(waiting: u64) -> Self {
        Self { waiting, seen: 0, meant: 0, done: 0, failed: 0, undated: 0, end: End::Complete }
    }

    /// What became of giving back the rest. A link that was lost before is the reason for that as well.
    pub(super) fn given_back(&mut self, result: Result<(), BrokerError>) {
        if let (Err(error), false) = (result, matches!(self.end, End::Lost(_))) {
            self.end = End::Lost(error);
        }
    }

    /// Whether nothing that was meant is left.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.failed == 0 && matches!(self.end, End::Complete)
    }
}

/// What has happened since the last time, for a progress bar or a log.
#[derive(Debug)]
#[non_exhaustive]
pub enum Progress<'l> {
    /// A letter was looked at. So many of so many were.
    #[non_exhaustive]
    Seen {
        /// How many were looked at.
        seen: u64,
        /// How many there are.
        waiting: u64,
    },
    /// A letter was replayed, or thrown away.
    Done(&'l DeadLetter),
    /// A letter was not replayed.
    Failed(&'l DeadLetter, NotReplayed),
}
