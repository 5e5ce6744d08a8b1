//! What is kept beside the ledger, so that a question need not read all of it.
//!
//! A projection is a table of sums: a row is there while a workout adds to it. It says which rows a workout adds, and
//! nothing else; adding, taking away, rebuilding, comparing and erasing follow from that for every store. To add one, write
//! its file, name it in [`ALL`], and rebuild: [`definition`] has grown by its version, so that people whose rows were kept
//! under the old one are rebuilt. A changed one takes the next version, and another name for its table, so that older
//! programs keep the one they know.

mod days;
mod efforts;
mod exercises;
mod standings;

use std::collections::BTreeMap;

use uuid::Uuid;

pub(crate) use days::{DAYS, within};
pub(crate) use efforts::EFFORTS;
pub(crate) use exercises::EXERCISES;
pub(crate) use standings::{STANDINGS, first_day};

use crate::number::{Counted, Day};
use crate::person::Preferences;
use crate::table::{Rows, Table, Value};

/// All of them.
pub(crate) static ALL: &[&Projection] = &[&DAYS, &EFFORTS, &EXERCISES, &STANDINGS];

#[derive(Debug)]
pub(crate) struct Projection {
    /// Its key begins with `user_id`, and all other columns are numbers, of which the first counts workouts.
    pub(crate) table: Table,
    pub(crate) version: i64,
    /// The rows that a workout adds to: the key without the user, and the numbers.
    pub(crate) rows: fn(&Counted, Day, Preferences, Add<'_>),
}

/// Takes a row.
pub(crate) type Add<'a> = &'a mut dyn FnMut(Vec<Value>, &[i64]);

/// What changes, projection by projection, in the order of the keys.
#[derive(Debug, Default)]
pub(crate) struct Deltas(BTreeMap<usize, BTreeMap<Vec<Value>, Vec<i64>>>);

impl Deltas {
    /// Adds a workout, or takes it away with -1.
    pub(crate) fn count(&mut self, counted: &Counted, day: Day, person: Preferences, sign: i64) {
        let user = Uuid::from(counted.user_id);
        for (place, projection) in ALL.iter().enumerate() {
            let rows = self.0.entry(place).or_default();
            (projection.rows)(counted, day, person, &mut |key, numbers| {
                let key = [Value::Id(user)].into_iter().chain(key).collect();
                let row = rows.entry(key).or_insert_with(|| vec![0; numbers.len()]);
                row.iter_mut().zip(numbers).for_each(|(sum, number)| *sum += sign * number);
            });
        }
    }

    /// For each projection the rows to add, and the keys of those that may be empty then.
    pub(crate) fn into_rows(self) -> impl Iterator<Item = (Rows, Rows)> {
        let mut all = self.0;
        ALL.iter().enumerate().map(move |(place, Projection { table, .. })| {
            let sums = all.remove(&place).unwrap_or_default();
            let (mut add, mut sweep) = (Rows::new(table), Rows::new(table));
            for (key, numbers) in sums {
                if numbers.iter().all(|number| *number == 0) {
                    continue;
                }
                if numbers.first().is_some_and(|count| *count < 0) {
                    sweep.push(key.clone());
                }
                add.push(key.into_iter().chain(numbers.into_iter().map(Value::Int)).collect());
            }
            (add, sweep)
        })
    }
}
