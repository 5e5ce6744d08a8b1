//! Letters that are replayed with another body.

use std::collections::{HashMap, VecDeque};
use std::fmt;

use workout_events::uuid::Uuid;

use crate::dead_letters::DeadLetter;

/// The letters to replay, by their [key](DeadLetter::key), and the body of each. Other letters stay where they are.
#[derive(Clone, Default)]
pub struct Edits(HashMap<Uuid, VecDeque<Vec<u8>>>);

impl Edits {
    /// None.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Also this letter, with this body. Where several have the same key, each time is for one of them.
    pub fn insert(&mut self, key: Uuid, body: Vec<u8>) {
        self.0.entry(key).or_default().push_back(body);
    }

    /// How many letters.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.values().map(VecDeque::len).sum()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The body for a letter, which is not given again.
    pub(super) fn take(&mut self, letter: &DeadLetter) -> Option<Vec<u8>> {
        self.0.get_mut(&letter.key)?.pop_front()
    }
}

/// Without the bodies, which may say something private.
impl fmt::Debug for Edits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
