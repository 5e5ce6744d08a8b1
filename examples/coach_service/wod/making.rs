//! What becomes of one attempt at a request. Nothing here asks a clock or a database.

use std::time::Duration;

use workout_events::jiff::Timestamp;
use workout_events::types::wod::WodRequested;

use crate::wod::catalogue::CATALOGUE;
use crate::wod::failures::Failures;
use crate::wod::generate::{Wod, generate};

/// What an attempt is told besides the request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Making {
    pub(crate) failures: Failures,
    /// When another attempt would follow; `None` when this is the last.
    pub(crate) next: Option<Duration>,
}

/// What was made of a request.
#[derive(Debug)]
pub(crate) enum Made {
    Wod(Wod),
    /// Another attempt follows after this time.
    Failed(Duration),
    GivenUp(Reason),
}

/// Why a request came to nothing, under names that others compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    Failed,
    DeadlinePassed,
    NothingFits,
}

impl Making {
    pub(crate) fn make(&self, wanted: &WodRequested, attempt: u32, now: Timestamp) -> Made {
        if wanted.deadline.is_some_and(|deadline| deadline.timestamp() < now) {
            return Made::GivenUp(Reason::DeadlinePassed);
        }
        if self.failures.strike(wanted.request_id, attempt) {
            return self.next.map_or(Made::GivenUp(Reason::Failed), Made::Failed);
        }
        match generate(wanted.seed, wanted.constraints.as_ref(), CATALOGUE) {
            Ok(wod) => Made::Wod(wod),
            Err(_) => Made::GivenUp(Reason::NothingFits),
        }
    }
}

impl Reason {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Failed => "generation_failed",
            Self::DeadlinePassed => "deadline_passed",
            Self::NothingFits => "nothing_fits",
        }
    }
}
