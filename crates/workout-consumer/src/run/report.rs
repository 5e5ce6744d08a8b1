//! What a consumer has done.

use std::ops::AddAssign;

/// What a consumer has done, when it has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Report {
    /// Messages that were handled and acknowledged.
    pub handled: u64,
    /// How often a message was put into a delay queue, to be tried again.
    pub retried: u64,
    /// Messages that are dead letters now, because their handler refused them, failed too often, or took the process with
    /// it.
    pub dead: u64,
    /// Messages that are dead letters now, because they break the contract.
    pub quarantined: u64,
    /// Messages that are dead letters now, because this program does not know their type or version.
    pub parked: u64,
    /// Messages that were not acknowledged, and come again: the link was lost, or the time for the drain was over.
    pub left: u64,
}

/// The same while it grows.
pub(crate) type Tally = Report;

impl AddAssign for Report {
    fn add_assign(&mut self, other: Self) {
        self.handled += other.handled;
        self.retried += other.retried;
        self.dead += other.dead;
        self.quarantined += other.quarantined;
        self.parked += other.parked;
        self.left += other.left;
    }
}
