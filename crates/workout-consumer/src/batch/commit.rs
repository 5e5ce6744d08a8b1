//! A batch, and the proof that it was committed.

use std::fmt;

/// What was made of the events of a batch, in the order in which they came.
///
/// All of it is to be committed together, by [`commit`](Self::commit). When it fails, the batch comes again in halves, so
/// that one event which cannot be committed does not keep back its neighbours.
pub struct Batch<I> {
    pub(crate) number: u64,
    pub(crate) items: Vec<I>,
}

/// The proof that a batch was committed, and what the commit gave. Nothing but [`Batch::commit`] makes one, and without
/// one no batch is acknowledged.
#[must_use = "a batch is acknowledged when its handler returns the proof"]
pub struct Committed<T = ()> {
    pub(crate) number: u64,
    value: T,
}

impl<I> Batch<I> {
    /// What was made of its events.
    #[must_use]
    pub fn items(&self) -> &[I] {
        &self.items
    }

    /// The same, to keep, where the commit does not need them.
    #[must_use]
    pub fn take(&mut self) -> Vec<I> {
        std::mem::take(&mut self.items)
    }

    /// Waits for the commit, and gives the proof of it. The future has to be what makes the effects of the batch durable:
    /// the `commit` of a transaction, or a write that ends with one.
    ///
    /// # Errors
    /// That of the commit: then there is no proof.
    pub async fn commit<T, E>(&self, commit: impl Future<Output = Result<T, E>>) -> Result<Committed<T>, E> {
        Ok(Committed { number: self.number, value: commit.await? })
    }
}

impl<T> Committed<T> {
    /// What the commit gave.
    #[must_use]
    pub fn value(&self) -> &T {
        &self.value
    }
}

/// Without the items, of which nothing is known.
impl<I> fmt::Debug for Batch<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch").field("items", &self.items.len()).finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for Committed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Committed").field("number", &self.number).finish_non_exhaustive()
    }
}
