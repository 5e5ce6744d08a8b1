//! The store in memory: for tests, and as the model that the others are compared with.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};
use uuid::Uuid;
use workout_events::{EventId, UserId, WorkoutId};

use crate::apply::{Transaction, apply};
use crate::error::StoreError;
use crate::fact::{Effect, Fact};
use crate::head::{Delta, Head};
use crate::seam::{StatsReader, StatsWriter};
use crate::store::Backend;
use crate::totals::Totals;

#[derive(Default)]
pub(crate) struct Memory {
    /// One writer at a time.
    ledger: Arc<AsyncMutex<Ledger>>,
    /// Apart from the ledger, so that a reader never waits for a writer; changed at the commit, all at once.
    totals: Arc<Mutex<BTreeMap<UserId, Delta>>>,
}

#[derive(Default)]
struct Ledger {
    by_event: BTreeMap<EventId, Arc<str>>,
    by_revision: BTreeMap<(WorkoutId, u32, bool), Arc<str>>,
    heads: BTreeMap<WorkoutId, Head>,
    quarantine: BTreeSet<(EventId, Uuid)>,
}

/// Needs no undoing: its statements neither fail nor wait, so that they are all done or none has begun.
struct MemoryTransaction {
    ledger: OwnedMutexGuard<Ledger>,
    totals: Arc<Mutex<BTreeMap<UserId, Delta>>>,
    changes: Vec<(UserId, Delta)>,
}

impl Transaction for MemoryTransaction {
    async fn lock(&mut self, workout: WorkoutId) -> Result<Head, StoreError> {
        Ok(self.ledger.heads.get(&workout).copied().unwrap_or_default())
    }

    async fn append(&mut self, fact: &Fact) -> Result<bool, StoreError> {
        let revision = revision(fact);
        if self.ledger.by_event.contains_key(&fact.event_id) || self.ledger.by_revision.contains_key(&revision) {
            return Ok(false);
        }
        let data: Arc<str> = fact.data.as_str().into();
        self.ledger.by_event.insert(fact.event_id, Arc::clone(&data));
        self.ledger.by_revision.insert(revision, data);
        Ok(true)
    }

    async fn recorded(&mut self, fact: &Fact) -> Result<Vec<String>, StoreError> {
        let found = [self.ledger.by_event.get(&fact.event_id), self.ledger.by_revision.get(&revision(fact))];
        Ok(found.into_iter().flatten().map(|data| data.as_ref().to_owned()).collect())
    }

    async fn quarantine(&mut self, fact: &Fact) -> Result<(), StoreError> {
        self.ledger.quarantine.insert((fact.event_id, fact.fingerprint()));
        Ok(())
    }

    async fn set_head(&mut self, workout: WorkoutId, head: &Head) -> Result<(), StoreError> {
        self.ledger.heads.insert(workout, *head);
        Ok(())
    }

    async fn add(&mut self, user: UserId, delta: &Delta) -> Result<(), StoreError> {
        self.changes.push((user, *delta));
        Ok(())
    }

    async fn commit(self, _: &[EventId]) -> Result<(), StoreError> {
        let mut totals = lock(&self.totals);
        for (user, delta) in self.changes {
            let row = totals.entry(user).or_default();
            row.workouts += delta.workouts;
            row.duration_s += delta.duration_s;
            row.energy_kcal += delta.energy_kcal;
            row.energy_workouts += delta.energy_workouts;
        }
        Ok(())
    }
}

fn revision(fact: &Fact) -> (WorkoutId, u32, bool) {
    (fact.workout_id, fact.revision, fact.is_deletion())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // No code panics under the lock.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[async_trait]
impl StatsWriter for Memory {
    async fn write(&self, facts: &[Fact]) -> Result<Vec<Effect>, StoreError> {
        let ledger = Arc::clone(&self.ledger).lock_owned().await;
        let totals = Arc::clone(&self.totals);
        apply(MemoryTransaction { ledger, totals, changes: Vec::new() }, facts).await
    }
}

#[async_trait]
impl StatsReader for Memory {
    async fn totals(&self, user: UserId) -> Result<Totals, StoreError> {
        let row = lock(&self.totals).get(&user).copied();
        let columns = |row: Delta| (row.workouts, row.duration_s, row.energy_kcal, row.energy_workouts);
        Totals::from_columns(row.map(columns))
    }

    async fn ping(&self) -> Result<(), StoreError> {
        Ok(())
    }
}

#[async_trait]
impl Backend for Memory {
    async fn close(&self) {}
}

/// Without the facts.
impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Memory")
    }
}
