//! What writes and reads: the seam between stores and their users.

use std::fmt::Debug;

use async_trait::async_trait;
use workout_events::UserId;

use crate::error::StoreError;
use crate::fact::{Effect, Fact};
use crate::totals::Totals;

/// Stores facts. An implementation of one's own has to pass the suite of the feature `testing`.
///
/// `async_trait`, because a service chooses its store when it starts.
#[async_trait]
pub trait StatsWriter: Debug + Send + Sync {
    /// Writes all facts or none, and says what became of each, in their order.
    ///
    /// When this returns `Ok`, the facts are on disk as far as the store has one. Safe to repeat: a fact that is in the
    /// ledger changes nothing. When the future is dropped, the facts may be written or not.
    ///
    /// # Errors
    /// When nothing was written, or when it is not known whether all was: write the same again.
    async fn write(&self, facts: &[Fact]) -> Result<Vec<Effect>, StoreError>;
}

/// Reads statistics. An implementation of one's own has to pass the suite of the feature `testing`.
#[async_trait]
pub trait StatsReader: Debug + Send + Sync {
    /// The totals of a user: all of a write or nothing of it. A user of whom nothing is known has done nothing.
    ///
    /// # Errors
    /// When the store cannot be read.
    async fn totals(&self, user: UserId) -> Result<Totals, StoreError>;

    /// Whether the store answers.
    ///
    /// # Errors
    /// When it does not.
    async fn ping(&self) -> Result<(), StoreError>;
}
