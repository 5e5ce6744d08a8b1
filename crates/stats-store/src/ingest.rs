//! From a queue into a store.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use workout_consumer::{Batch, BatchHandler, Batches, Committed, Consumer, Failure};
use workout_events::types::goal::{GoalCancelled, GoalChanged, GoalSet};
use workout_events::types::user::{UserErased, UserPreferencesChanged, UserRegistered, UserVisibilityChanged};
use workout_events::{Event, EventType, WorkoutDeleted, WorkoutPerformed};

use crate::error::StoreError;
use crate::fact::{Effect, Fact};
use crate::seam::StatsWriter;

/// How many facts are written together. More make nothing faster, and hold the locks of more people for longer.
const SIZE: usize = 500;

/// How long a fact waits for others.
const WITHIN: Duration = Duration::from_millis(20);

/// Makes a consumer store all that statistics are made of: workouts that were performed, edited or deleted, and what people
/// want and who was erased.
///
/// Facts are written in batches, each in one transaction, and their messages are acknowledged after its commit. While the
/// database is away the consumer pauses. A fact that cannot be written goes its way alone, to the dead letters in the end.
///
/// ```no_run
/// use stats_store::{StatsStore, ingest};
/// use workout_consumer::{Broker, Consumer};
///
/// # async fn example(broker: Broker) -> Result<(), Box<dyn std::error::Error>> {
/// let store = StatsStore::connect("sqlite://stats.db").await?;
/// let consumer = ingest(Consumer::new("stats.workouts"), store.writer());
/// let report = consumer.run(broker, async { /* usually the signal to end */ }).await?;
/// # Ok(())
/// # }
/// ```
pub fn ingest<S: Send + Sync + 'static>(consumer: Consumer<S>, writer: Arc<dyn StatsWriter>) -> Consumer<S> {
    consumer.batch(Ingest::into(writer).handler())
}

/// The same with settings of its own: what [`ingest`] gives to the consumer.
#[must_use = "it does nothing until a consumer has its handler"]
pub struct Ingest {
    writer: Arc<dyn StatsWriter>,
    size: usize,
    within: Duration,
    tell: Arc<Tell>,
}

type Tell = dyn Fn(&Fact, Effect) + Send + Sync;

impl Ingest {
    /// Into the store of this writer.
    pub fn into(writer: Arc<dyn StatsWriter>) -> Self {
        Self { writer, size: SIZE, within: WITHIN, tell: Arc::new(|_, _| {}) }
    }

    /// How many facts are written together at most, 500 unless said otherwise.
    pub fn size(mut self, facts: usize) -> Self {
        self.size = facts;
        self
    }

    /// How long a fact waits for others, 20 ms unless said otherwise.
    pub fn within(mut self, time: Duration) -> Self {
        self.within = time;
        self
    }

    /// Tells what became of each fact, after the commit. A fact that comes again is told again.
    pub fn tell(mut self, tell: impl Fn(&Fact, Effect) + Send + Sync + 'static) -> Self {
        self.tell = Arc::new(tell);
        self
    }

    /// For [`Consumer::batch`].
    pub fn handler(self) -> BatchHandler {
        let Self { writer, size, within, tell } = self;
        Batches::of(size)
            .within(within)
            .each(fact::<WorkoutPerformed>)
            .each(fact::<WorkoutDeleted>)
            .each(fact::<UserRegistered>)
            .each(fact::<UserPreferencesChanged>)
            .each(fact::<UserVisibilityChanged>)
            .each(fact::<GoalSet>)
            .each(fact::<GoalChanged>)
            .each(fact::<GoalCancelled>)
            .each(fact::<UserErased>)
            .commit(move |batch| write(Arc::clone(&writer), Arc::clone(&tell), batch))
    }
}

#[expect(clippy::needless_pass_by_value, reason = "a batch gives its events away")]
fn fact<T: EventType>(event: Event<T>) -> Fact
where
    Fact: for<'e> From<&'e Event<T>>,
{
    Fact::from(&event)
}

async fn write(
    writer: Arc<dyn StatsWriter>,
    tell: Arc<Tell>,
    batch: Batch<Fact>,
) -> Result<Committed<Vec<Effect>>, Failure> {
    let written = batch.commit(writer.write(batch.items())).await.map_err(failure)?;
    for (fact, effect) in batch.items().iter().zip(written.value()) {
        tell(fact, *effect);
    }
    Ok(written)
}

/// A database that is away says nothing about the facts, and neither does one that a newer program has taken over: this
/// consumer is about to be replaced, and its messages are for the next one.
fn failure(error: StoreError) -> Failure {
    if error.is_transient() || error.is_newer() { Failure::unavailable(error) } else { Failure::retry(error) }
}

impl fmt::Debug for Ingest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ingest")
            .field("writer", &self.writer)
            .field("size", &self.size)
            .field("within", &self.within)
            .finish_non_exhaustive()
    }
}
