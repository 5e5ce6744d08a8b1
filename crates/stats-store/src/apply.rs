//! How facts change a store: the one algorithm of all three.

use std::collections::BTreeMap;

use workout_events::{EventId, UserId, WorkoutId};

use crate::error::StoreError;
use crate::fact::{Effect, Fact};
use crate::head::{Delta, Deltas, Head, Heads};

/// The statements of a store, within a transaction. Dropping it undoes what it did.
pub(crate) trait Transaction: Send {
    /// Locks the head of a workout until the end of the transaction, and returns it.
    fn lock(&mut self, workout: WorkoutId) -> impl Future<Output = Result<Head, StoreError>> + Send;

    /// Adds a fact to the ledger, unless its event id or its workout and revision are there already.
    fn append(&mut self, fact: &Fact) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// The data of what stands in the ledger under the identities of the fact.
    fn recorded(&mut self, fact: &Fact) -> impl Future<Output = Result<Vec<String>, StoreError>> + Send;

    /// Puts a fact aside, once.
    fn quarantine(&mut self, fact: &Fact) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Changes the head of a workout that was locked.
    fn set_head(&mut self, workout: WorkoutId, head: &Head) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Changes the totals of a user.
    fn add(&mut self, user: UserId, delta: &Delta) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Commits, after having looked whether the appended facts are still there.
    fn commit(self, appended: &[EventId]) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// Writes the facts and commits.
///
/// Locks are taken in the order of the workouts and then of the users, whatever the order of the facts, so that two
/// writers wait for one another but never in a circle.
pub(crate) async fn apply(mut transaction: impl Transaction, facts: &[Fact]) -> Result<Vec<Effect>, StoreError> {
    let mut heads = Heads::new();
    for workout in facts.iter().map(Fact::workout_id).collect::<std::collections::BTreeSet<_>>() {
        heads.insert(workout, transaction.lock(workout).await?);
    }
    let before = heads.clone();

    let mut appended = Vec::new();
    let mut effects = Vec::with_capacity(facts.len());
    for fact in facts {
        let effect = if transaction.append(fact).await? {
            appended.push(fact.event_id);
            supersede(&mut heads, fact)
        } else if transaction.recorded(fact).await?.iter().all(|data| *data == fact.data) {
            Effect::Duplicate
        } else {
            transaction.quarantine(fact).await?;
            Effect::Conflict
        };
        effects.push(effect);
    }

    let mut deltas = Deltas::default();
    for (workout, head, old) in changed(&heads, &before) {
        transaction.set_head(workout, head).await?;
        deltas.replace(old, head);
    }
    for (user, delta) in deltas.into_changes() {
        transaction.add(user, &delta).await?;
    }
    transaction.commit(&appended).await?;
    Ok(effects)
}

fn supersede(heads: &mut Heads, fact: &Fact) -> Effect {
    let head = heads.entry(fact.workout_id).or_default();
    if head.yields_to(fact) {
        *head = Head::from(fact);
        Effect::Applied
    } else {
        Effect::Superseded
    }
}

fn changed<'h>(
    heads: &'h Heads,
    before: &'h BTreeMap<WorkoutId, Head>,
) -> impl Iterator<Item = (WorkoutId, &'h Head, &'h Head)> {
    heads.iter().zip(before.values()).filter(|((_, head), old)| head != old).map(|((id, head), old)| (*id, head, old))
}
