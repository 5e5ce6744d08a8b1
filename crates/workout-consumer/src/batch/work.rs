//! A batch that is worked on, whatever its items are.

use std::any::Any;
use std::pin::Pin;

use workout_broker::Delivery;
use workout_events::Decoder;
use workout_events::jiff::Timestamp;

use crate::batch::Batch;
use crate::handler::Failure;
use crate::read::{Readers, Unread};

/// A commit under way: it gives the number of the batch that was committed.
pub(crate) type Committing = Pin<Box<dyn Future<Output = Result<u64, Failure>> + Send>>;

/// Items whose type only the handler knows.
pub(crate) type Items = Box<dyn Any + Send>;

/// What is done to batches, without the type of their items.
pub(crate) trait BatchWork: Send + Sync {
    /// Whether no type of event has a reader.
    fn is_empty(&self) -> bool;

    /// Whether a type of event has two.
    fn has_twins(&self) -> bool;

    /// No items yet.
    fn items(&self, capacity: usize) -> Items;

    /// Reads a message and adds what was made of it; says when its event was said.
    fn read(&self, decoder: &Decoder, delivery: &Delivery, items: &mut Items) -> Result<Timestamp, Unread>;

    /// Commits the items.
    fn commit(&self, number: u64, items: Items) -> Committing;
}

/// The only implementation: one that knows the type.
pub(super) struct Commits<I> {
    pub(super) readers: Readers<I>,
    pub(super) commit: Box<dyn Fn(Batch<I>) -> Committing + Send + Sync>,
}

impl<I: Send + 'static> BatchWork for Commits<I> {
    fn is_empty(&self) -> bool {
        self.readers.is_empty()
    }

    fn has_twins(&self) -> bool {
        self.readers.has_twins()
    }

    fn items(&self, capacity: usize) -> Items {
        Box::new(Vec::<I>::with_capacity(capacity))
    }

    fn read(&self, decoder: &Decoder, delivery: &Delivery, items: &mut Items) -> Result<Timestamp, Unread> {
        let (item, time) = self.readers.read(decoder, delivery)?;
        let items = items.downcast_mut::<Vec<I>>().ok_or(Unread::Nobody)?;
        items.push(item);
        Ok(time)
    }

    fn commit(&self, number: u64, items: Items) -> Committing {
        let items = items.downcast::<Vec<I>>().map(|items| *items).unwrap_or_default();
        (self.commit)(Batch { number, items })
    }
}
