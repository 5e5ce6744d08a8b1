//! Which dead letters are meant.

use workout_events::jiff::Timestamp;

use crate::dead_letters::DeadLetter;
use crate::letter::Reason;

/// Which dead letters are meant: those for which all of it holds. Of what is named several times, one has to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[must_use = "a filter is given to what reads dead letters"]
pub struct Filter {
    types: Vec<String>,
    reasons: Vec<Reason>,
    ids: Vec<String>,
    from: Option<Timestamp>,
    until: Option<Timestamp>,
    error: Option<String>,
}

/// What a filter says of a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Match {
    Yes,
    No,
    /// It would be meant if it had died at the right time, which nobody noted.
    Undated,
}

impl Filter {
    /// All of them.
    pub fn all() -> Self {
        Self::default()
    }

    /// Of this type.
    pub fn event_type(mut self, event_type: impl Into<String>) -> Self {
        self.types.push(event_type.into());
        self
    }

    /// Dead for this reason.
    pub fn reason(mut self, reason: Reason) -> Self {
        self.reasons.push(reason);
        self
    }

    /// The event with this id, or the letter with this [key](DeadLetter::key).
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.ids.push(id.into());
        self
    }

    /// Dead since this moment. Letters whose time nobody noted are not meant; the [report](crate::dead_letters::Report) counts them.
    pub fn from(mut self, time: Timestamp) -> Self {
        self.from = Some(time);
        self
    }

    /// Dead before this moment. Otherwise as [`from`](Self::from).
    pub fn until(mut self, time: Timestamp) -> Self {
        self.until = Some(time);
        self
    }

    /// Whose handler said this, among other things.
    pub fn error_contains(mut self, text: impl Into<String>) -> Self {
        self.error = Some(text.into());
        self
    }

    pub(super) fn matches(&self, letter: &DeadLetter) -> Match {
        let Self { types, reasons, ids, from, until, error } = self;
        let is_one = |of: &[String], said: Option<&str>| {
            of.is_empty() || said.is_some_and(|said| of.iter().any(|one| one == said))
        };
        let key = letter.key.to_string();
        let is_meant = is_one(types, letter.event_type.as_deref())
            && (reasons.is_empty() || reasons.contains(&letter.reason))
            && (is_one(ids, letter.id.as_deref()) || is_one(ids, Some(&key)))
            && error.as_ref().is_none_or(|text| letter.error.as_ref().is_some_and(|said| said.contains(text)));
        match letter.died {
            _ if !is_meant => Match::No,
            None if from.is_some() || until.is_some() => Match::Undated,
            Some(died) if from.is_some_and(|from| died < from) || until.is_some_and(|until| died >= until) => Match::No,
            Some(_) | None => Match::Yes,
        }
    }
}
