//! An answer, and the moment it is of.

use serde::Serialize;

use crate::person::AsOf;

/// An answer about a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Answer<T> {
    /// The moment that it is of.
    pub as_of: AsOf,
    /// What was asked for.
    pub value: T,
}

impl<T> Answer<T> {
    /// An answer of this moment.
    #[must_use]
    pub fn new(as_of: AsOf, value: T) -> Self {
        Self { as_of, value }
    }

    /// What follows from it, which is of the same moment.
    pub fn map<U>(self, follow: impl FnOnce(T) -> U) -> Answer<U> {
        Answer { as_of: self.as_of, value: follow(self.value) }
    }
}
