//! How events become batches.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use workout_broker::Queue;
use workout_events::{Event, EventType};

use crate::batch::{Batch, BatchWork, Committed, Committing};
use crate::handler::Failure;
use crate::read::Readers;
use crate::settings::LONGEST;

/// How long a batch waits for more events, unless told otherwise.
const WITHIN: Duration = Duration::from_millis(20);

/// What becomes of the events of a batch: each is made into an item, and all items are committed together.
///
/// ```
/// use workout_consumer::{Batch, Batches, Committed, Failure};
/// use workout_events::{Event, UserId, WorkoutPerformed};
///
/// # struct Ledger;
/// # impl Ledger { async fn insert(_: &[(UserId, i64)]) -> std::io::Result<()> { Ok(()) } }
/// async fn store(batch: Batch<(UserId, i64)>) -> Result<Committed, Failure> {
///     Ok(batch.commit(Ledger::insert(batch.items())).await?)
/// }
///
/// let handler = Batches::of(500)
///     .each(|event: Event<WorkoutPerformed>| (event.data().user_id, event.data().duration_s()))
///     .commit(store);
/// # let _ = handler;
/// ```
#[must_use = "batches do nothing until `commit` is called"]
pub struct Batches<I> {
    size: usize,
    within: Duration,
    readers: Readers<I>,
    bind: Vec<fn(Queue) -> Queue>,
}

impl<I: Send + 'static> Batches<I> {
    /// Batches of at most so many events.
    pub fn of(size: usize) -> Self {
        Self { size, within: WITHIN, readers: Readers::new(), bind: Vec::new() }
    }

    /// How long a batch that is not full waits for more, 20 ms unless said otherwise. A commit that is under way is waited
    /// for in any case.
    pub fn within(mut self, time: Duration) -> Self {
        self.within = time.min(LONGEST);
        self
    }

    /// Takes the events of type `T`, and makes each into an item. Called again when a batch comes again, in parts or whole.
    pub fn each<T: EventType>(mut self, item: impl Fn(Event<T>) -> I + Send + Sync + 'static) -> Self {
        self.readers.push(item);
        self.bind.push(Queue::bind_type::<T>);
        self
    }

    /// Commits each batch by this async function, which answers with the proof, or with a failure whose class decides.
    ///
    /// A batch may come more than once, and events in other company: committing an event again must change nothing.
    pub fn commit<H, F, T>(self, handler: H) -> BatchHandler
    where
        H: Fn(Batch<I>) -> F + Send + Sync + 'static,
        F: Future<Output = Result<Committed<T>, Failure>> + Send + 'static,
        T: 'static,
    {
        let commit = move |batch: Batch<I>| -> Committing {
            let committing = handler(batch);
            Box::pin(async move { committing.await.map(|proof| proof.number) })
        };
        let Self { size, within, readers, bind } = self;
        let work = crate::batch::work::Commits { readers, commit: Box::new(commit) };
        BatchHandler { size, within, bind, work: Arc::new(work) }
    }
}

/// What handles batches, to be given to [`Consumer::batch`](crate::Consumer::batch).
#[must_use = "it does nothing until a consumer has it"]
pub struct BatchHandler {
    pub(crate) size: usize,
    pub(crate) within: Duration,
    pub(crate) bind: Vec<fn(Queue) -> Queue>,
    pub(crate) work: Arc<dyn BatchWork>,
}

impl<I> fmt::Debug for Batches<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batches")
            .field("size", &self.size)
            .field("within", &self.within)
            .field("types", &self.readers)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for BatchHandler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BatchHandler").field("size", &self.size).field("within", &self.within).finish_non_exhaustive()
    }
}
