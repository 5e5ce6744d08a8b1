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

use uuid::Uuid;

pub(crate) use days::{DAYS, within};
pub(crate) use efforts::EFFORTS;
pub(crate) use exercises::EXERCISES;
pub(crate) use standings::{STANDINGS, first_day};

use crate::number::{Counted, Day};
use crate::person::Preferences;
use crate::table::{Rows, Table, Value};

/// All of them.
pub(crate) static ALL: [&Projection; 4] = [&DAYS, &EFFORTS, &EXERCISES, &STANDINGS];

#[derive(Debug)]
pub(crate) struct Projection {
    /// Its key begins with `user_id`, and all other columns are numbers, of which the first counts workouts.
    pub(crate) table: Table,
    pub(crate) version: i64,
    /// Whether each row is of one workout, whose id stands in the key.
    pub(crate) by_workout: bool,
    /// The rows that a workout adds to: the key without the user, and the numbers.
    pub(crate) rows: fn(&Counted, Day, Preferences, Add<'_>),
}

/// Takes a row.
pub(crate) type Add<'a> = &'a mut dyn FnMut(Vec<Value>, &[i64]);

/// What changes, projection by projection.
#[derive(Debug, Default)]
pub(crate) struct Deltas([Changed; ALL.len()]);

/// Rows as they stand in the table, with numbers to add.
#[derive(Debug, Default)]
struct Changed {
    /// Of workouts of which nothing has been kept, so that these rows cannot be there.
    new: Vec<Vec<Value>>,
    sums: Vec<Vec<Value>>,
}

/// What there is to do to the table of a projection, in the order of the keys.
#[derive(Debug)]
pub(crate) struct Delta {
    /// They are not there.
    pub(crate) new: Rows,
    pub(crate) add: Rows,
    /// The keys of those that may be empty then.
    pub(crate) sweep: Rows,
}

impl Deltas {
    /// Adds a workout, or takes it away with -1. It is new if nothing has ever been kept of it.
    pub(crate) fn count(&mut self, counted: &Counted, day: Day, person: Preferences, sign: i64, is_new: bool) {
        let user = Uuid::from(counted.user_id);
        for (projection, changed) in ALL.iter().zip(&mut self.0) {
            let rows = if is_new && projection.by_workout { &mut changed.new } else { &mut changed.sums };
            (projection.rows)(counted, day, person, &mut |key, numbers| {
                let mut row = Vec::with_capacity(1 + key.len() + numbers.len());
                row.push(Value::Id(user));
                row.extend(key);
                row.extend(numbers.iter().map(|number| Value::Int(sign * number)));
                rows.push(row);
            });
        }
    }

    pub(crate) fn into_deltas(self) -> impl Iterator<Item = Delta> {
        ALL.iter().zip(self.0).map(|(Projection { table, .. }, Changed { new, sums })| {
            let keys = table.key.len();
            let (mut new, mut sweep) = (Rows { table, rows: new }, Rows::new(table));
            new.rows.sort_unstable();
            let mut add = Rows { table, rows: together(sums, keys) };
            add.rows.retain(|row| row[keys..].iter().any(|number| *number != Value::Int(0)));
            let taken = |row: &&Vec<Value>| matches!(row[keys], Value::Int(count) if count < 0);
            sweep.rows.extend(add.rows.iter().filter(taken).map(|row| row[..keys].to_vec()));
            Delta { new, add, sweep }
        })
    }
}

/// One row for each key, with the sums.
fn together(mut rows: Vec<Vec<Value>>, keys: usize) -> Vec<Vec<Value>> {
    rows.sort_unstable_by(|one, other| one[..keys].cmp(&other[..keys]));
    rows.dedup_by(|next, sum| {
        let is_same = next[..keys] == sum[..keys];
        if is_same {
            for (sum, number) in sum[keys..].iter_mut().zip(&next[keys..]) {
                if let (Value::Int(sum), Value::Int(number)) = (sum, number) {
                    *sum += number;
                }
            }
        }
        is_same
    });
    rows
}
