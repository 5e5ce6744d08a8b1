//! The store in memory: for tests, and as the model that the others are compared with.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::mem;
use std::ops::Bound;
use std::sync::Arc;

use tokio::sync::{OwnedRwLockWriteGuard, RwLock};
use uuid::Uuid;
#[cfg(feature = "announce")]
use workout_publisher::Broker;

use crate::error::{Kind, StoreError};
use crate::fact::PERFORMED;
use crate::news::{Mailbox, News};
use crate::person::Person;
use crate::projection::{STANDINGS, first_day};
use crate::query::Board;
use crate::store::Database;
use crate::table::{Filter, Find, LEDGER, On, PAST, PEOPLE, Rows, Scan, Seen, Table, Tables, Take, Value, WORKOUTS};
#[cfg(feature = "announce")]
use crate::{news::Announced, store::Shutdown};

/// One writer at a time, and no reader beside it.
pub(crate) struct Memory(Arc<RwLock<State>>, Option<Arc<Mailbox>>);

impl Memory {
    /// With the source of what is told, if anything is.
    pub(crate) fn new(announcing: Option<&str>) -> Self {
        Self(Arc::default(), announcing.map(|source| Arc::new(Mailbox::new(source))))
    }
}

/// The rows of each table, by their keys.
type State = HashMap<&'static str, BTreeMap<Vec<Value>, Vec<Value>>>;

/// A table, a key, and the row that was there.
type Before = (&'static str, Vec<Value>, Option<Vec<Value>>);

/// Undoes what it did when it is dropped without a commit.
pub(crate) struct MemoryTransaction {
    state: OwnedRwLockWriteGuard<State>,
    /// What there was before each change.
    before: Vec<Before>,
    mailbox: Option<Arc<Mailbox>>,
    news: Vec<News>,
}

impl MemoryTransaction {
    /// Nothing takes a row away.
    fn set(&mut self, table: &'static Table, key: Vec<Value>, row: Option<Vec<Value>>) {
        let rows = self.state.entry(table.name).or_default();
        let before = match row {
            Some(row) => rows.insert(key.clone(), row),
            None => rows.remove(&key),
        };
        self.before.push((table.name, key, before));
    }

    fn get(&self, table: &Table, key: &[Value]) -> Option<&Vec<Value>> {
        self.state.get(table.name)?.get(key)
    }
}

impl Drop for MemoryTransaction {
    fn drop(&mut self) {
        for (table, key, before) in self.before.drain(..).rev() {
            let rows = self.state.entry(table).or_default();
            match before {
                Some(row) => rows.insert(key, row),
                None => rows.remove(&key),
            };
        }
    }
}

impl Tables for MemoryTransaction {
    async fn find(&mut self, find: Find<'_>) -> Result<Vec<Vec<Value>>, StoreError> {
        Ok(rows(&self.state, find))
    }

    async fn find_under(&mut self, keys: Rows) -> Result<Vec<Vec<Value>>, StoreError> {
        let Some(rows) = self.state.get(keys.table.name) else { return Ok(Vec::new()) };
        let under = |key: Vec<Value>| {
            let is_under = {
                let key = key.clone();
                move |(there, _): &(&Vec<Value>, &Vec<Value>)| there.starts_with(&key)
            };
            rows.range(key..).take_while(is_under)
        };
        let mut found: Vec<_> = keys.rows.into_iter().flat_map(under).map(whole).collect();
        found.sort_unstable();
        Ok(found)
    }

    async fn scan(&mut self, scan: &Scan) -> Result<Vec<Vec<Value>>, StoreError> {
        Ok(scanned(&self.state, scan))
    }

    async fn put(&mut self, rows: Rows, on: On) -> Result<(), StoreError> {
        let table = rows.table;
        for mut key in rows.rows {
            let mut row = key.split_off(table.key.len());
            match (self.get(table, &key), on) {
                (Some(_), On::Race) => return Err(Kind::Raced.into()),
                (Some(_), On::Keep) => continue,
                (Some(there), On::Add) => row.iter_mut().zip(there).for_each(|(sum, value)| add(sum, value)),
                _ => {}
            }
            self.set(table, key, Some(row));
        }
        Ok(())
    }

    async fn sweep(&mut self, keys: Rows) -> Result<(), StoreError> {
        for key in keys.rows {
            if self.get(keys.table, &key).is_some_and(|rest| rest.first() == Some(&Value::Int(0))) {
                self.set(keys.table, key, None);
            }
        }
        Ok(())
    }

    async fn remove(&mut self, keys: Rows) -> Result<(), StoreError> {
        for key in keys.rows {
            self.set(keys.table, key, None);
        }
        Ok(())
    }

    async fn delete(&mut self, find: Find<'_>) -> Result<(), StoreError> {
        for mut row in rows(&self.state, find) {
            row.truncate(find.table.key.len());
            self.set(find.table, row, None);
        }
        Ok(())
    }

    fn announces(&self) -> bool {
        self.mailbox.is_some()
    }

    async fn announce(&mut self, mut news: Vec<News>) -> Result<(), StoreError> {
        self.news.append(&mut news);
        Ok(())
    }

    async fn commit(mut self) -> Result<(), StoreError> {
        self.before.clear();
        if let Some(mailbox) = &self.mailbox {
            mailbox.post(mem::take(&mut self.news));
        }
        Ok(())
    }
}

impl Database for Memory {
    const NAME: &'static str = "Memory";

    type Transaction = MemoryTransaction;

    async fn begin(&self) -> Result<MemoryTransaction, StoreError> {
        let state = Arc::clone(&self.0).write_owned().await;
        Ok(MemoryTransaction { state, before: Vec::new(), mailbox: self.1.clone(), news: Vec::new() })
    }

    async fn scan(&self, scan: &Scan) -> Result<Seen, StoreError> {
        let state = self.0.read().await;
        let user = [scan.user];
        let person = rows(&state, Find::new(&PEOPLE, "user_id", &user)).pop().map(Person::from_row).transpose()?;
        Ok(Seen { as_of: person.map(|person| person.as_of()), rows: scanned(&state, scan) })
    }

    async fn page(&self, table: &'static Table, after: Uuid, limit: i64) -> Result<Vec<Vec<Value>>, StoreError> {
        let state = self.0.read().await;
        let Some(rows) = state.get(table.name) else { return Ok(Vec::new()) };
        let after = rows.range((Bound::Excluded(vec![Value::Id(after)]), Bound::Unbounded));
        Ok(after.take(usize::try_from(limit).unwrap_or(0)).map(|(key, rest)| [&key[..], rest].concat()).collect())
    }

    async fn people(&self, table: &'static Table, after: Uuid, limit: i64) -> Result<Vec<Uuid>, StoreError> {
        let state = self.0.read().await;
        let Some(rows) = state.get(table.name) else { return Ok(Vec::new()) };
        let ids = rows.keys().filter_map(|key| if let Value::Id(id) = key[0] { Some(id) } else { None });
        let mut ids: Vec<_> = ids.filter(|id| *id > after).collect();
        ids.dedup();
        ids.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(ids)
    }

    async fn ranking(&self, board: &Board) -> Result<Vec<(Vec<Value>, i64)>, StoreError> {
        let state = self.0.read().await;
        let table = &STANDINGS.table;
        let (span, day) = (Value::Int(board.span.number()), Value::Int(first_day(board.span, board.day)));
        let activity = board.activity.map(|activity| Value::from(activity.as_str()));
        let mut values = BTreeMap::<Uuid, i64>::new();
        for (key, rest) in state.get(table.name).into_iter().flatten() {
            let is_wanted = key[1] == span && key[2] == day && activity.as_ref().is_none_or(|wanted| key[3] == *wanted);
            let value = &rest[table.place(board.by.column()) - table.key.len()];
            if let (true, Value::Id(user), Value::Int(value)) = (is_wanted, &key[0], value) {
                *values.entry(*user).or_default() += value;
            }
        }
        let mut values: Vec<_> = values.into_iter().filter(|(_, value)| *value > 0).collect();
        values.sort_by_key(|(user, value)| (Reverse(*value), *user));
        values.truncate(board.limit.into());
        let person = |(user, value)| Some((rows(&state, Find::new(&PEOPLE, "user_id", &[user])).pop()?, value));
        Ok(values.into_iter().filter_map(person).collect())
    }

    async fn count(&self, table: &'static Table) -> Result<i64, StoreError> {
        Ok(self.0.read().await.get(table.name).map_or(0, |rows| i64::try_from(rows.len()).unwrap_or(i64::MAX)))
    }

    #[cfg(feature = "announce")]
    async fn relay(&self, broker: &Broker, shutdown: Shutdown<'_>) -> Result<Announced, StoreError> {
        match &self.1 {
            Some(mailbox) => mailbox.relay(broker, shutdown).await,
            None => Err(Kind::Silent.into()),
        }
    }

    async fn ping(&self) -> Result<(), StoreError> {
        Ok(())
    }

    async fn close(&self) {}
}

fn scanned(state: &State, scan: &Scan) -> Vec<Vec<Value>> {
    let mut found = match scan.table.name {
        name if name == LEDGER.name => ledger_of(state, scan.user),
        _ => rows(state, Find::new(scan.table, "user_id", &[scan.user])),
    };
    found.retain(|row| scan.filters.iter().all(|filter| passes(scan.table, filter, row)));
    let found = match scan.take {
        Take::Rows => found,
        Take::Last((a, b), limit) => {
            let (a, b) = (scan.table.place(a), scan.table.place(b));
            found.sort_by(|one, two| (&two[a], &two[b]).cmp(&(&one[a], &one[b])));
            found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
            found
        }
        Take::Sums { by, of } => sums(scan.table, by, of, found),
    };
    if scan.with_data { with_data(state, scan.table, found) } else { found }
}

/// The facts of a user, of which the ledger does not say whose they are.
fn ledger_of(state: &State, user: Uuid) -> Vec<Vec<Value>> {
    let ids = |rows: Vec<Vec<Value>>, table: &Table, column: &str| -> Vec<Uuid> {
        let place = table.place(column);
        rows.iter().filter_map(|row| if let Value::Id(id) = row[place] { Some(id) } else { None }).collect()
    };
    let of = |table: &'static Table, column, ids: &[Uuid]| rows(state, Find::new(table, column, ids));
    let past = of(&PAST, "user_id", &[user]);
    let mut facts = ids(of(&WORKOUTS, "user_id", &[user]), &WORKOUTS, "fact_id");
    facts.append(&mut ids(past.clone(), &PAST, "fact_id"));
    let once = ids(past, &PAST, "workout_id");
    facts.append(&mut ids(of(&PAST, "workout_id", &once), &PAST, "fact_id"));
    facts.append(&mut ids(of(&WORKOUTS, "workout_id", &once), &WORKOUTS, "fact_id"));
    of(&LEDGER, "fact_id", &facts)
}

fn whole((key, rest): (&Vec<Value>, &Vec<Value>)) -> Vec<Value> {
    [&key[..], rest].concat()
}

/// By the first column of the key directly, by another one after having looked at all.
fn rows(state: &State, find: Find<'_>) -> Vec<Vec<Value>> {
    let Some(rows) = state.get(find.table.name) else { return Vec::new() };
    let place = find.table.place(find.column);
    if place == 0 {
        let mut ids = find.ids.to_vec();
        ids.sort_unstable();
        ids.dedup();
        let of = |id: Uuid| rows.range(vec![Value::Id(id)]..).take_while(move |(key, _)| key[0] == Value::Id(id));
        return ids.into_iter().flat_map(of).map(whole).collect();
    }
    let keys = find.table.key.len();
    let wanted = |(key, rest): &(&Vec<Value>, &Vec<Value>)| {
        let cell = if place < keys { &key[place] } else { &rest[place - keys] };
        matches!(cell, Value::Id(id) if find.ids.contains(id))
    };
    rows.iter().filter(wanted).map(whole).collect()
}

fn passes(table: &Table, filter: &Filter, row: &[Value]) -> bool {
    match filter {
        Filter::Equal(name, value) => row[table.place(name)] == *value,
        Filter::Between(name, from, to) => {
            matches!(row[table.place(name)], Value::Int(value) if (*from..=*to).contains(&value))
        }
        Filter::Below((a, b), (first, second)) => {
            (&row[table.place(a)], &row[table.place(b)]) < (&Value::Int(*first), &Value::Id(*second))
        }
    }
}

fn sums(table: &Table, by: &[&str], of: &[&str], rows: Vec<Vec<Value>>) -> Vec<Vec<Value>> {
    let mut groups = BTreeMap::<Vec<Value>, Vec<Value>>::new();
    for row in rows {
        let key = by.iter().map(|name| row[table.place(name)].clone()).collect();
        let sums = groups.entry(key).or_insert_with(|| vec![Value::Int(0); of.len()]);
        sums.iter_mut().zip(of).for_each(|(sum, name)| add(sum, &row[table.place(name)]));
    }
    groups.into_iter().map(|(key, sums)| [key, sums].concat()).collect()
}

fn with_data(state: &State, table: &Table, mut found: Vec<Vec<Value>>) -> Vec<Vec<Value>> {
    let (place, kind, data) = (table.place("fact_id"), LEDGER.place("kind"), LEDGER.place("data"));
    for row in &mut found {
        let fact =
            if let Value::Id(id) = row[place] { rows(state, Find::new(&LEDGER, "fact_id", &[id])).pop() } else { None };
        let performed = fact.filter(|fact| fact[kind] == Value::Int(PERFORMED));
        row.push(performed.map_or(Value::Null, |mut fact| fact.swap_remove(data)));
    }
    found
}

fn add(sum: &mut Value, value: &Value) {
    if let (Value::Int(sum), Value::Int(value)) = (sum, value) {
        *sum += value;
    }
}
