//! From a queue into a store.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use uuid::Uuid;
use workout_consumer::{Batch, BatchHandler, Batches, Committed, Consumer, Failure};
use workout_events::types::goal::{GoalCancelled, GoalChanged, GoalSet};
use workout_events::types::user::{UserErased, UserPreferencesChanged, UserRegistered, UserVisibilityChanged};
use workout_events::{Event, EventType, WorkoutDeleted, WorkoutPerformed};

use crate::error::StoreError;
use crate::fact::{Effect, Fact};
use crate::seam::StatsWriter;

/// How many facts are written together. A commit costs as much as many rows do, so half as many take a fifth more of the
/// database's time. Twice as many gain little, and hold twice as much in memory and the locks of more people for longer.
const SIZE: usize = 1_000;

/// How long a fact waits for others.
const WITHIN: Duration = Duration::from_millis(20);

/// Fewer facts than this are not worth a transaction of their own.
const PART: usize = 100;

/// Makes a consumer store all that statistics are made of: workouts that were performed, edited or deleted, and what people
/// want and who was erased.
///
/// Facts are written in batches, and their messages are acknowledged when all of a batch is committed: in one transaction,
/// or in a few at the same time where the store gains from that. While the database is away the consumer pauses. A fact that
/// cannot be written goes its way alone, to the dead letters in the end.
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
    at_once: usize,
    tell: Arc<Tell>,
}

type Tell = dyn Fn(&Fact, Effect) + Send + Sync;

impl Ingest {
    /// Into the store of this writer.
    pub fn into(writer: Arc<dyn StatsWriter>) -> Self {
        let at_once = writer.at_once();
        Self { writer, size: SIZE, within: WITHIN, at_once, tell: Arc::new(|_, _| {}) }
    }

    /// How many facts are written together at most, 1,000 unless said otherwise.
    pub fn size(mut self, facts: usize) -> Self {
        self.size = facts;
        self
    }

    /// How long a fact waits for others, 20 ms unless said otherwise.
    pub fn within(mut self, time: Duration) -> Self {
        self.within = time;
        self
    }

    /// In how many transactions at the same time a full batch is written, each of them about other people. Unless said
    /// otherwise it is what the [store](StatsWriter::at_once) gains from.
    pub fn at_once(mut self, transactions: usize) -> Self {
        self.at_once = transactions;
        self
    }

    /// Tells what became of each fact, after the commit. A fact that comes again is told again.
    pub fn tell(mut self, tell: impl Fn(&Fact, Effect) + Send + Sync + 'static) -> Self {
        self.tell = Arc::new(tell);
        self
    }

    /// For [`Consumer::batch`].
    pub fn handler(self) -> BatchHandler {
        let Self { writer, size, within, at_once, tell } = self;
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
            .commit(move |batch| write(Arc::clone(&writer), at_once, Arc::clone(&tell), batch))
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
    at_once: usize,
    tell: Arc<Tell>,
    mut batch: Batch<Fact>,
) -> Result<Committed, Failure> {
    let mut writing = JoinSet::new();
    for facts in parts(batch.take(), at_once) {
        let (writer, tell) = (Arc::clone(&writer), Arc::clone(&tell));
        writing.spawn(async move {
            let effects = writer.write(&facts).await?;
            facts.iter().zip(effects).for_each(|(fact, effect)| tell(fact, effect));
            Ok(())
        });
    }
    // All of them come to their ends: what one has committed comes again as a duplicate, if another one fails.
    let all = async { writing.join_all().await.into_iter().collect::<Result<(), _>>() };
    batch.commit(all).await.map_err(failure)
}

/// The facts in so many parts at most. Those about one person are in one part, in their order, so that no part waits for the
/// lock of another. One that names nobody may be about anybody; then all of them stay together.
fn parts(facts: Vec<Fact>, at_once: usize) -> Vec<Vec<Fact>> {
    let count = at_once.min(facts.len() / PART);
    if count < 2 || facts.iter().any(|fact| fact.user_id().is_none()) {
        return vec![facts];
    }
    let mut parts = vec![Vec::new(); count];
    for fact in facts {
        // The last bits of an id are random, whichever version it has.
        let part = fact.user_id().map_or(0, |user| Uuid::from(user).as_u128() % count as u128);
        parts[usize::try_from(part).unwrap_or(0)].push(fact);
    }
    parts.retain(|part| !part.is_empty());
    parts
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
            .field("at_once", &self.at_once)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use workout_events::jiff::{ToSpan, Zoned};
    use workout_events::{ActivityType, Source, UserId, WorkoutId};

    use super::*;

    fn performed(user: UserId) -> Fact {
        let (now, workout) = (Zoned::now(), WorkoutId::generate());
        let started = &now - 1.hour();
        let source = Source::new("tests");
        let data = WorkoutPerformed::new(workout, user, source, ActivityType::Rowing, &started, &now);
        Fact::from(&Event::new("/tests", data).expect("a valid event"))
    }

    #[test]
    fn what_is_about_one_person_stays_together_and_in_order() {
        let users: Vec<_> = (0..50).map(|_| UserId::generate()).collect();
        let facts: Vec<_> = users.iter().cycle().take(8 * PART).map(|user| performed(*user)).collect();
        let parts = parts(facts.clone(), 4);
        assert_eq!(parts.len(), 4);
        for user in users {
            let of_user = |facts: &[Fact]| -> Vec<_> {
                facts.iter().filter(|fact| fact.user_id() == Some(user)).map(Fact::event_id).collect()
            };
            let with: Vec<_> = parts.iter().map(|part| of_user(part)).filter(|found| !found.is_empty()).collect();
            assert_eq!(with, [of_user(&facts)]);
        }
    }

    #[test]
    fn a_few_facts_are_one_part_and_so_are_those_among_which_one_names_nobody() {
        let mut facts: Vec<_> = (0..2 * PART).map(|_| performed(UserId::generate())).collect();
        assert_eq!(parts(facts.clone(), 1).len(), 1);
        assert_eq!(parts(facts.clone(), 2).len(), 2);
        assert_eq!(parts(facts[1..].to_vec(), 2).len(), 1);
        let deleted = WorkoutDeleted::new(WorkoutId::generate(), 1);
        facts.push(Fact::from(&Event::new("/tests", deleted).expect("a valid event")));
        assert_eq!(parts(facts, 2).len(), 1);
    }
}
