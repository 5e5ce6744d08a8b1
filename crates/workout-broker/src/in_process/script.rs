//! What was told to go wrong with messages that are published.

use std::collections::BTreeMap;

use crate::in_process::confirms::{Confirms, Random};

/// What becomes of a message that is published to a [`Server`](crate::in_process::Server).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Fate {
    /// The queues that want it get it, and it is confirmed; or it is returned. As without a script.
    #[default]
    Routed,
    /// The queues get it twice, as from a publisher that published again what had arrived.
    RoutedTwice,
    /// The queues get it, and the confirm is lost.
    Unconfirmed,
    /// Nobody gets it, and nobody says so.
    Lost,
    /// Nobody gets it, and the broker says so: the outcome is [`Nacked`](crate::Outcome::Nacked).
    Nacked,
    /// Nobody gets it, as if no queue wanted it.
    Returned,
}

/// The fates of messages that are not published yet, and how confirms come.
#[derive(Debug, Default)]
pub(super) struct Script {
    fates: BTreeMap<u64, Fate>,
    written: u64,
    pub(super) confirms: Confirms,
    pub(super) random: Random,
    /// Confirms stay with the server.
    pub(super) held: bool,
}

impl Script {
    /// The next message is number 1.
    pub(super) fn set(&mut self, nth: u64, fate: Fate) {
        self.fates.insert(self.written + nth, fate);
    }

    /// The fate of the message that is written now.
    pub(super) fn next(&mut self) -> Fate {
        self.written += 1;
        self.fates.remove(&self.written).unwrap_or_default()
    }
}
