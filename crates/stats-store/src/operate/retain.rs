//! What need not be kept for ever.

use std::time::Duration;

use uuid::Uuid;
use workout_events::jiff::Timestamp;

use super::Progress;
use crate::error::StoreError;
use crate::store::{Done, Job, StatsStore};
use crate::table::{Cells, PAST, QUARANTINE, Table, Value};

/// How long what does not count is kept. Without a word, it is kept for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[must_use = "it is used by `StatsStore::retain`"]
pub struct Retention {
    superseded: Option<Duration>,
    quarantine: Option<Duration>,
}

/// What was let go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Retained {
    /// Facts that were superseded or deleted, and of which only the id and a fingerprint are left now.
    pub stripped: u64,
    /// Facts that were in quarantine.
    pub discarded: u64,
}

/// How many rows are looked at together: a transaction of some ten milliseconds.
const PORTION: i64 = 200;

impl Retention {
    /// Everything is kept.
    pub fn new() -> Self {
        Self::default()
    }

    /// What edited and deleted workouts said is kept for so long after it was received.
    pub fn superseded(mut self, age: Duration) -> Self {
        self.superseded = Some(age);
        self
    }

    /// What contradicts the ledger is kept for so long after it was put aside. Should it come again, it is put aside again.
    pub fn quarantine(mut self, age: Duration) -> Self {
        self.quarantine = Some(age);
        self
    }
}

impl StatsStore {
    /// Lets go what does not count and is older than that.
    ///
    /// Of each fact the ledger keeps the id, for ever, and in place of what it said a fingerprint: should the fact come
    /// again, it is still a duplicate, and anything else under its id still a contradiction. No number changes. What
    /// counts is not touched, however old it is. [`StatsReader::revisions`](crate::StatsReader::revisions) leaves out what
    /// was let go.
    ///
    /// Others go on reading and writing: a portion of rows is one transaction. One that was interrupted can begin anew at any
    /// time, and passes by what is done.
    ///
    /// # Errors
    /// When the store fails. What was done stays done.
    pub async fn retain(
        &self,
        retention: Retention,
        mut progress: impl FnMut(Progress) + Send,
    ) -> Result<Retained, StoreError> {
        let (mut retained, mut told) = (Retained::default(), Progress::default());
        let tables = [(&PAST, retention.superseded), (&QUARANTINE, retention.quarantine)];
        let tables: Vec<_> = tables.into_iter().filter_map(|(table, age)| Some((table, before(age?)))).collect();
        for (table, _) in &tables {
            told.all += u64::try_from(self.0.count(table).await?).unwrap_or(0);
        }
        for (table, before_us) in tables {
            let mut after = Uuid::nil();
            loop {
                let rows = self.0.page(table, after, PORTION).await?;
                let Some(last) = rows.last() else { break };
                after = Cells::new(last.clone()).id()?;
                let count = u64::try_from(rows.len()).unwrap_or(u64::MAX);
                let job = job(table, &rows, before_us);
                if let Done::Retained(done) = self.0.run(job).await? {
                    retained.stripped += done.stripped;
                    retained.discarded += done.discarded;
                }
                told.done += count;
                told.all = told.all.max(told.done);
                progress(told);
            }
        }
        Ok(retained)
    }
}

/// The moment before which something was received that is as old as that now.
fn before(age: Duration) -> i64 {
    let age = i64::try_from(age.as_micros()).unwrap_or(i64::MAX);
    // The clock has moved on by the time that anything is compared with it; what was just written is old at an age of 0.
    Timestamp::now().as_microsecond().saturating_sub(age).saturating_add(i64::from(age == 0))
}

fn job(table: &'static Table, rows: &[Vec<Value>], before_us: i64) -> Job {
    let (workout, received) = (PAST.place("workout_id"), QUARANTINE.place("received_us"));
    let is_meant = |row: &&Vec<Value>| match table.name {
        // Wishes are no workouts: what a person wished is short, and says why days are as they are.
        name if name == PAST.name => matches!(row[workout], Value::Id(_)),
        _ => matches!(row[received], Value::Int(at) if at < before_us),
    };
    let ids = rows.iter().filter(is_meant).filter_map(|row| match row[0] {
        Value::Id(id) => Some(id),
        _ => None,
    });
    Job::Retain { table, ids: ids.collect(), before_us }
}
