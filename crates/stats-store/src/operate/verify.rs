//! Whether what is kept is what follows from the ledger.

use std::collections::{BTreeMap, HashMap};

use uuid::Uuid;
use workout_events::UserId;

use super::Progress;
use crate::definition::definition;
use crate::error::{Kind, StoreError};
use crate::fact::{DELETED, PERFORMED};
use crate::goal::{self, OUTCOMES};
use crate::number::Tally;
use crate::person::{People, Person};
use crate::projection::{Delta, Deltas};
use crate::record::Boards;
use crate::store::{Done, Job, StatsStore};
use crate::table::{Cells, Find, LEDGER, PAST, Tables, Value, WORKOUTS};
use crate::write::{Head, those_there};

/// Whose statistics are verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Sample {
    /// Those of everybody.
    All,
    /// Those of one person.
    User(UserId),
    /// Those of so many people, drawn anew each time.
    Random(usize),
}

/// A number that is not what the ledger says. It names tables and keys, and no person but by the id.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Drift {
    /// Whose it is.
    pub user_id: Uuid,
    /// The table it is in.
    pub table: &'static str,
    /// The row, as its key reads.
    pub row: String,
    /// What is kept; nothing where the row is missing.
    pub kept: Option<Vec<i64>>,
    /// What follows from the ledger; nothing where there should be no row.
    pub expected: Option<Vec<i64>>,
}

/// What a verification came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[must_use = "a drift is what one verifies for"]
#[non_exhaustive]
pub struct Verified {
    /// How many people were looked at.
    pub people: u64,
    /// What is not as it should be, at most the first 100.
    pub drifts: Vec<Drift>,
    /// How many there are.
    pub count: u64,
}

/// How many are told.
const TOLD: usize = 100;

impl StatsStore {
    /// Recomputes what is kept from the ledger, and compares. Others go on reading and writing.
    ///
    /// # Errors
    /// When the store fails. That numbers differ is no error of this function.
    pub async fn verify(
        &self,
        sample: Sample,
        mut progress: impl FnMut(Progress) + Send,
    ) -> Result<Verified, StoreError> {
        let mut verified = Verified::default();
        match sample {
            Sample::User(user) => self.verify_one(user.into(), &mut verified).await?,
            Sample::All => {
                let mut people = self.people().await?;
                while let Some(user) = people.next(&mut progress).await? {
                    self.verify_one(user, &mut verified).await?;
                }
            }
            Sample::Random(size) => {
                for user in self.draw(size).await? {
                    self.verify_one(user, &mut verified).await?;
                    progress(Progress { done: verified.people, all: u64::try_from(size).unwrap_or(u64::MAX) });
                }
            }
        }
        Ok(verified)
    }

    async fn verify_one(&self, user: Uuid, verified: &mut Verified) -> Result<(), StoreError> {
        let Done::Verified(drifts) = self.0.run(Job::Verify(user)).await? else { return Err(Kind::Unsupported.into()) };
        verified.people += 1;
        verified.count += u64::try_from(drifts.len()).unwrap_or(u64::MAX);
        let room = TOLD.saturating_sub(verified.drifts.len());
        verified.drifts.extend(drifts.into_iter().take(room));
        Ok(())
    }

    /// Draws people with equal chances, in one walk over all of them: whoever comes n-th is taken with size / n.
    pub(super) async fn draw(&self, size: usize) -> Result<Vec<Uuid>, StoreError> {
        let mut drawn = Vec::new();
        let mut people = self.people().await?;
        let mut seen = 0_usize;
        while let Some(user) = people.next(&mut |_| {}).await? {
            seen += 1;
            if drawn.len() < size {
                drawn.push(user);
                continue;
            }
            let (_, chance) = Uuid::now_v7().as_u64_pair();
            let place = usize::try_from(chance.rotate_left(32) % u64::try_from(seen).unwrap_or(u64::MAX)).unwrap_or(0);
            if let Some(taken) = drawn.get_mut(place) {
                *taken = user;
            }
        }
        Ok(drawn)
    }
}

/// Verifies a person, who is locked meanwhile.
pub(crate) async fn verify(tables: &mut impl Tables, user: Uuid) -> Result<Vec<Drift>, StoreError> {
    let people = People::lock(tables, &[user].into()).await?;
    let person = people.get(user)?;
    let mut drifts = Vec::new();
    if person.definition < definition() {
        let (kept, expected) = (Some(vec![person.definition]), Some(vec![definition()]));
        return Ok(vec![Drift { user_id: user, table: "people", row: "definition".to_owned(), kept, expected }]);
    }
    let rows = tables.find(Find::new(&WORKOUTS, "user_id", &[user])).await?;
    let heads = rows.iter().cloned().map(Head::from_row).collect::<Result<Vec<_>, _>>()?;
    let (mut tally, mut deltas, mut records) = (Tally::default(), Deltas::default(), Boards::default());
    for (heads, rows) in heads.chunks(1_000).zip(rows.chunks(1_000)) {
        let ids: Vec<_> = heads.iter().filter_map(|head| head.fact_id).collect();
        let facts = those_there(tables, &ids).await?;
        for (head, row) in heads.iter().zip(rows) {
            // Nothing says any more why it counts.
            let Some(fact) = head.fact_id.and_then(|id| facts.get(&id)) else {
                drifts.push(drift(user, LEDGER.name, &row[..1], None, Some(&row[1..2])));
                continue;
            };
            let day = fact.day(person.wishes.day_start_hour());
            tally.add(&fact.tally, 1);
            deltas.count(fact, day, person.wishes.preferences(), 1, false);
            records.count(fact, day);
            if head.into_row(Some((fact, day))) != *row {
                drifts.push(drift(user, "workouts", &row[..1], Some(&row[1..]), None));
            }
        }
        drifts.extend(outranked(tables, user, heads).await?);
    }
    if tally != person.tally {
        drifts.push(total(person, &tally));
    }
    for Delta { add: expected, .. } in deltas.into_deltas() {
        let table = expected.table;
        let split = |mut row: Vec<Value>| {
            let rest = row.split_off(table.key.len());
            (row, rest)
        };
        let mut expected: BTreeMap<_, _> = expected.rows.into_iter().map(split).collect();
        for row in tables.find(Find::new(table, "user_id", &[user])).await? {
            let (key, kept) = split(row);
            let wanted = expected.remove(&key);
            if wanted.as_ref() != Some(&kept) {
                drifts.push(drift(user, table.name, &key[1..], Some(&kept), wanted.as_deref()));
            }
        }
        drifts.extend(expected.iter().map(|(key, wanted)| drift(user, table.name, &key[1..], None, Some(wanted))));
    }
    if person.goals > 0 {
        for (kept, wanted) in goal::drifts(tables, &people, user).await? {
            let key = kept.or(wanted).map(|row| row.key()).unwrap_or_default();
            let rest = |row: Option<goal::Row>| row.map(|row| row.into_row().split_off(3));
            let (kept, wanted) = (rest(kept), rest(wanted));
            drifts.push(drift(user, OUTCOMES.name, &key[1..], kept.as_deref(), wanted.as_deref()));
        }
    }
    for (table, kept, wanted) in records.drifts(tables, user).await? {
        let key = |row: &Vec<Value>| row[1..table.key.len()].to_vec();
        let rest = |row: &'_ Option<Vec<Value>>| row.as_ref().map(|row| row[table.key.len()..].to_vec());
        let row = kept.as_ref().or(wanted.as_ref()).map(key).unwrap_or_default();
        drifts.push(drift(user, table.name, &row, rest(&kept).as_deref(), rest(&wanted).as_deref()));
    }
    Ok(drifts)
}

/// Workouts of which something counts although the ledger has something higher.
async fn outranked(tables: &mut impl Tables, user: Uuid, heads: &[Head]) -> Result<Vec<Drift>, StoreError> {
    let workouts: Vec<_> = heads.iter().map(|head| head.workout_id).collect();
    let mut past = HashMap::new();
    for row in tables.find(Find::new(&PAST, "workout_id", &workouts)).await? {
        let mut cells = Cells::new(row);
        past.insert(cells.id()?, cells.id()?);
    }
    let ids: Vec<_> = past.keys().copied().collect();
    let mut ranks = HashMap::<Uuid, (i64, i64)>::new();
    let (kind, data) = (LEDGER.place("kind"), LEDGER.place("data"));
    for row in tables.find(Find::new(&LEDGER, "fact_id", &ids)).await? {
        let (Value::Id(fact), Value::Int(kind @ (PERFORMED | DELETED)), Value::Text(data)) =
            (&row[0], &row[kind], &row[data])
        else {
            continue;
        };
        let data: serde_json::Value = serde_json::from_str(data).map_err(|_| Kind::Corrupt("data"))?;
        let rank = (data["revision"].as_i64().unwrap_or(0), *kind);
        if let Some(workout) = past.get(fact) {
            let highest = ranks.entry(*workout).or_default();
            *highest = rank.max(*highest);
        }
    }
    let outranked = heads.iter().filter(|head| ranks.get(&head.workout_id).is_some_and(|rank| *rank > head.rank()));
    Ok(outranked
        .map(|head| drift(user, "workouts", &[Value::Id(head.workout_id)], Some(&[head.revision.into()]), None))
        .collect())
}

fn total(person: &Person, tally: &Tally) -> Drift {
    let (kept, expected) = (person.tally.columns().to_vec(), tally.columns().to_vec());
    Drift { user_id: person.user_id, table: "people", row: String::new(), kept: Some(kept), expected: Some(expected) }
}

fn drift(user_id: Uuid, table: &'static str, key: &[Value], kept: Option<&[Value]>, wanted: Option<&[Value]>) -> Drift {
    let text = |value: &Value| match value {
        Value::Null => String::new(),
        Value::Int(int) => int.to_string(),
        Value::Text(text) => text.clone(),
        Value::Id(id) => id.to_string(),
    };
    let ints = |values: &[Value]| {
        values.iter().filter_map(|value| if let Value::Int(int) = value { Some(*int) } else { None }).collect()
    };
    let row = key.iter().map(text).collect::<Vec<_>>().join(" ");
    Drift { user_id, table, row, kept: kept.map(ints), expected: wanted.map(ints) }
}
