//! What is in the ledger already.

use std::collections::HashMap;
use std::sync::Arc;

use uuid::Uuid;
use workout_events::WorkoutPerformed;

use super::strip::is_same;
use crate::error::{Kind, StoreError};
use crate::fact::{Effect, Fact};
use crate::number::Counted;
use crate::table::{Cells, Find, LEDGER, Tables, Value};

/// What the ledger has under the identities of some facts.
#[derive(Debug, Default)]
pub(super) struct Recorded {
    data: HashMap<Uuid, Arc<str>>,
    /// The fact that has an event id.
    by_event: HashMap<Uuid, Uuid>,
}

impl Recorded {
    /// Of those that `is_new` says nothing is looked for under their own identities.
    pub(super) async fn find(
        tables: &mut impl Tables,
        facts: &[Fact],
        is_new: impl Fn(&Fact) -> bool,
    ) -> Result<Self, StoreError> {
        let mut recorded = Self::default();
        let native = facts.iter().filter(|fact| !is_new(fact)).map(|fact| fact.identity);
        // What somebody gave an id of his own: it may be that of another fact.
        let ids: Vec<_> = native.chain(facts.iter().filter_map(Fact::foreign_id)).collect();
        let events: Vec<_> = facts.iter().map(|fact| Uuid::from(fact.event_id)).collect();
        for find in [Find::new(&LEDGER, "fact_id", &ids), Find::new(&LEDGER, "foreign_id", &events)] {
            if !find.ids.is_empty() {
                for row in tables.find(find).await? {
                    recorded.read(row)?;
                }
            }
        }
        Ok(recorded)
    }

    fn read(&mut self, row: Vec<Value>) -> Result<(), StoreError> {
        let mut cells = Cells::new(row);
        let (fact_id, foreign_id) = (cells.id()?, cells.maybe_id()?);
        let (_kind, _source, _said, _received) = (cells.int()?, cells.text()?, cells.int()?, cells.int()?);
        self.data.insert(fact_id, cells.text()?.into());
        self.by_event.insert(foreign_id.unwrap_or(fact_id), fact_id);
        Ok(())
    }

    /// Duplicate, conflict, or nothing yet.
    pub(super) fn judge(&self, fact: &Fact) -> Option<Effect> {
        let same = self.data.get(&fact.identity).map(|data| is_same(data, fact));
        let other = self.by_event.get(fact.event_id.as_uuid()).is_some_and(|id| *id != fact.identity);
        match same {
            _ if other => Some(Effect::Conflict),
            Some(true) => Some(Effect::Duplicate),
            Some(false) => Some(Effect::Conflict),
            None => None,
        }
    }

    /// For what comes after it in the same batch.
    pub(super) fn remember(&mut self, fact: &Fact) {
        self.data.insert(fact.identity, Arc::clone(&fact.data));
        self.by_event.insert(fact.event_id.into(), fact.identity);
    }
}

/// What these facts add to the statistics, read from the ledger, which has all of them.
pub(crate) async fn counted(tables: &mut impl Tables, ids: &[Uuid]) -> Result<HashMap<Uuid, Counted>, StoreError> {
    let found = those_there(tables, ids).await?;
    if found.len() == ids.len() { Ok(found) } else { Err(Kind::Corrupt("a fact is missing").into()) }
}

/// The same of those that the ledger has.
pub(crate) async fn those_there(tables: &mut impl Tables, ids: &[Uuid]) -> Result<HashMap<Uuid, Counted>, StoreError> {
    let mut found = HashMap::new();
    if ids.is_empty() {
        return Ok(found);
    }
    let place = LEDGER.place("data");
    for mut row in tables.find(Find::new(&LEDGER, "fact_id", ids)).await? {
        let Value::Text(data) = row.swap_remove(place) else { return Err(Kind::Corrupt("data").into()) };
        let data: WorkoutPerformed = serde_json::from_str(&data).map_err(|_| Kind::Corrupt("data"))?;
        let fact_id = Cells::new(row).id()?;
        found.insert(fact_id, Counted::from(&data));
    }
    Ok(found)
}
