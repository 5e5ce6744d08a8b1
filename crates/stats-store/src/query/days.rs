//! A range of days.

use serde::Serialize;

use crate::number::Day;

/// Days from one to another, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
pub struct Days {
    /// The first day.
    pub first: Day,
    /// The last day. One before the first means no day at all.
    pub last: Day,
}

impl Days {
    /// All days there are.
    pub const ALL: Self = Self { first: Day::MIN, last: Day::MAX };

    /// The days from `first` to `last`, both included.
    #[must_use]
    pub const fn new(first: Day, last: Day) -> Self {
        Self { first, last }
    }

    /// Whether this day is one of them.
    #[must_use]
    pub fn has(self, day: Day) -> bool {
        (self.first..=self.last).contains(&day)
    }
}
