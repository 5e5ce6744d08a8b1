//! What is done in a transaction, from its beginning to its commit.

use uuid::Uuid;

use super::database::{Database, now_us};
use crate::error::StoreError;
use crate::fact::{Effect, Fact};
use crate::number::Day;
use crate::operate::{Drift, Retained, verify};
use crate::table::{Find, QUARANTINE, Table, Tables};
use crate::write::{apply, rebuild, settle, strip};

#[derive(Debug)]
pub(crate) enum Job {
    Write(Vec<Fact>),
    Rebuild {
        user: Uuid,
        only_outdated: bool,
    },
    Settle {
        user: Uuid,
        today: Day,
    },
    Verify(Uuid),
    /// Of these rows of this table.
    Retain {
        table: &'static Table,
        ids: Vec<Uuid>,
        before_us: i64,
    },
}

#[derive(Debug)]
pub(crate) enum Done {
    Written(Vec<Effect>),
    /// Whether there was anything to do.
    Rebuilt(bool),
    /// How much there was to tell.
    Settled(usize),
    Verified(Vec<Drift>),
    Retained(Retained),
}

/// How often a transaction begins anew because another one stood in its way, before the caller is told.
const ATTEMPTS: usize = 8;

/// Two transactions that stood in one another's way are no failure: one of them is done, the other is done again, as a whole.
pub(super) async fn attempts<D: Database>(database: &D, job: &Job) -> Result<Done, StoreError> {
    let mut number = 0;
    loop {
        number += 1;
        match attempt(database, job, number > 1).await {
            Err(error) if error.is_collision() && number < ATTEMPTS => {}
            Err(error) => {
                database.heed(&error);
                return Err(error);
            }
            done => return done,
        }
    }
}

async fn attempt<D: Database>(database: &D, job: &Job, again: bool) -> Result<Done, StoreError> {
    let mut tables = database.begin().await?;
    let (done, news) = match job {
        Job::Write(facts) => {
            let (effects, news) = apply(&mut tables, facts, again, now_us()).await?;
            (Done::Written(effects), news)
        }
        Job::Rebuild { user, only_outdated } => {
            let (rebuilt, news) = rebuild(&mut tables, *user, *only_outdated, now_us()).await?;
            (Done::Rebuilt(rebuilt), news)
        }
        Job::Settle { user, today } => {
            let news = settle(&mut tables, *user, *today, now_us()).await?;
            (Done::Settled(news.len()), news)
        }
        Job::Verify(user) => (Done::Verified(verify(&mut tables, *user).await?), Vec::new()),
        Job::Retain { table, ids, .. } if table.name == QUARANTINE.name => {
            tables.delete(Find::new(table, table.key[0].name, ids)).await?;
            let discarded = u64::try_from(ids.len()).unwrap_or(u64::MAX);
            (Done::Retained(Retained { discarded, ..Retained::default() }), Vec::new())
        }
        Job::Retain { ids, before_us, .. } => {
            let stripped = strip(&mut tables, ids, *before_us).await?;
            (Done::Retained(Retained { stripped, ..Retained::default() }), Vec::new())
        }
    };
    tables.announce(news).await?;
    tables.commit().await?;
    Ok(done)
}
