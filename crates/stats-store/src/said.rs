//! What somebody said, and when: of several sayings the last one holds, in whatever order they come.

use serde::{Deserialize, Serialize};
use workout_events::EventId;

/// With the moment, and the event for two of one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Said<T>(i64, Option<EventId>, T);

/// When something was said, and in which event.
pub(crate) type At = (i64, EventId);

impl<T> Said<T> {
    pub(crate) fn new(at: At, value: T) -> Self {
        Self(at.0, Some(at.1), value)
    }

    /// Before its moment is known.
    pub(crate) fn some_time(value: T) -> Self {
        Self(i64::MIN, None, value)
    }

    pub(crate) fn at(&self) -> (i64, Option<EventId>) {
        (self.0, self.1)
    }

    pub(crate) fn us(&self) -> i64 {
        self.0
    }

    pub(crate) fn value(&self) -> &T {
        &self.2
    }
}

/// Takes over what was said, if that was later than what is here; says whether it was.
pub(crate) fn newer<T>(mine: &mut Option<Said<T>>, other: Option<T>, at: At) -> bool {
    let is_newer = other.is_some() && mine.as_ref().is_none_or(|said| said.at() < (at.0, Some(at.1)));
    if let (true, Some(other)) = (is_newer, other) {
        *mine = Some(Said::new(at, other));
    }
    is_newer
}
