//! People as rows.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::as_of::AsOf;
use super::wishes::Wishes;
use crate::definition::definition;
use crate::error::{Kind, StoreError};
use crate::number::Tally;
use crate::table::{Cells, Find, On, PEOPLE, Rows, Tables, Value};

#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) user_id: Uuid,
    /// The definition by which everything of this person is kept.
    pub(crate) definition: i64,
    pub(crate) version: i64,
    pub(crate) changed_us: i64,
    pub(crate) erased_us: Option<i64>,
    pub(crate) wishes: Wishes,
    /// How many goals there are: whoever has none costs a write nothing.
    pub(crate) goals: i64,
    pub(crate) tally: Tally,
}

/// The people of a transaction, who are locked until its end.
#[derive(Debug, Default)]
pub(crate) struct People {
    known: BTreeMap<Uuid, Person>,
    changed: BTreeSet<Uuid>,
}

impl People {
    /// Locks these people, in the order of their ids: two writers wait for one another, but never in a circle.
    pub(crate) async fn lock(tables: &mut impl Tables, ids: &BTreeSet<Uuid>) -> Result<Self, StoreError> {
        let ids: Vec<_> = ids.iter().copied().collect();
        let mut people = Self::default();
        people.find(tables, &ids).await?;
        let missing: Vec<_> = ids.into_iter().filter(|id| !people.known.contains_key(id)).collect();
        if !missing.is_empty() {
            // There must be a row to lock. Who comes second waits here for the first to commit.
            let mut rows = Rows::new(&PEOPLE);
            rows.rows.extend(missing.iter().map(|id| Person::new(*id).into_row()));
            tables.put(rows, On::Keep).await?;
            people.find(tables, &missing).await?;
        }
        Ok(people)
    }

    async fn find(&mut self, tables: &mut impl Tables, ids: &[Uuid]) -> Result<(), StoreError> {
        for row in tables.find(Find::new(&PEOPLE, "user_id", ids).locked()).await? {
            let person = Person::from_row(row)?;
            // A newer program keeps more, or other things, for this person.
            if person.definition > definition() {
                return Err(Kind::NewerDefinition.into());
            }
            self.known.insert(person.user_id, person);
        }
        Ok(())
    }

    pub(crate) fn get(&self, id: Uuid) -> Result<&Person, StoreError> {
        self.known.get(&id).ok_or_else(|| Kind::Raced.into())
    }

    /// To be written back.
    pub(crate) fn change(&mut self, id: Uuid) -> Result<&mut Person, StoreError> {
        self.changed.insert(id);
        self.known.get_mut(&id).ok_or_else(|| Kind::Raced.into())
    }

    pub(crate) fn outdated(&self) -> Vec<Uuid> {
        self.known.values().filter(|person| person.definition < definition()).map(|person| person.user_id).collect()
    }

    pub(crate) async fn save(mut self, tables: &mut impl Tables, now_us: i64) -> Result<(), StoreError> {
        let mut rows = Rows::new(&PEOPLE);
        for id in &self.changed {
            if let Some(mut person) = self.known.remove(id) {
                person.version += 1;
                // Clocks are set back at times; versions are not.
                person.changed_us = person.changed_us.max(now_us);
                rows.push(person.into_row());
            }
        }
        tables.put(rows, On::Replace).await
    }
}

impl Person {
    fn new(user_id: Uuid) -> Self {
        Self {
            user_id,
            definition: definition(),
            version: 0,
            changed_us: 0,
            erased_us: None,
            wishes: Wishes::default(),
            goals: 0,
            tally: Tally::default(),
        }
    }

    pub(crate) fn as_of(&self) -> AsOf {
        AsOf::from_columns(self.definition, self.version, self.changed_us)
    }

    pub(crate) fn from_row(row: Vec<Value>) -> Result<Self, StoreError> {
        let mut cells = Cells::new(row);
        Ok(Self {
            user_id: cells.id()?,
            definition: cells.int()?,
            version: cells.int()?,
            changed_us: cells.int()?,
            erased_us: cells.maybe_int()?,
            wishes: match cells.maybe_text()? {
                Some(text) => serde_json::from_str(&text).map_err(|_| Kind::Corrupt("preferences"))?,
                None => Wishes::default(),
            },
            goals: cells.int()?,
            tally: Tally::from_columns(cells.ints()?),
        })
    }

    fn into_row(self) -> Vec<Value> {
        let wishes =
            (self.wishes != Wishes::default()).then(|| serde_json::to_string(&self.wishes).unwrap_or_default());
        let own: [Value; 7] = [
            self.user_id.into(),
            self.definition.into(),
            self.version.into(),
            self.changed_us.into(),
            self.erased_us.into(),
            wishes.into(),
            self.goals.into(),
        ];
        own.into_iter().chain(self.tally.columns().map(Value::Int)).collect()
    }
}
