//! The seam between the outbox and the databases.

use std::time::Duration;

use sqlx::{Database, Pool};
use uuid::Uuid;

use crate::outbox::error::OutboxError;
use crate::outbox::row::{NewRow, Row};

/// A database that an outbox can be in: `sqlx::Postgres` or `sqlx::Sqlite`, by feature.
///
/// Sealed, because what a lease promises depends on how a database locks.
pub trait Backend: Storage {}

impl<DB: Storage> Backend for DB {}

/// What a database does for the outbox. Every statement is complete in itself, so that there is no transaction that could
/// be cancelled halfway; only the migration has one.
///
/// Futures own what they need: the caller runs them in tasks of their own.
pub trait Storage: Database {
    /// Whether statements that write wait for one another anyway.
    const ONE_WRITER: bool;

    /// Brings the schema up to date.
    fn migrate(pool: Pool<Self>) -> impl Future<Output = Result<(), OutboxError>> + Send + 'static;

    /// Whether there was no row of this id before.
    fn insert(
        connection: &mut Self::Connection,
        row: NewRow<'_>,
    ) -> impl Future<Output = Result<bool, OutboxError>> + Send;

    /// Takes the next rows that nobody has and that wait for nothing, in the order of their sequence. A row waits for an
    /// earlier one of its subject that is leased, waits itself, or is below where this look begins.
    fn lease(pool: Pool<Self>, lease: Lease) -> impl Future<Output = Result<Vec<Row>, OutboxError>> + Send + 'static;

    /// Marks rows as sent, whoever has them now: the broker has confirmed them.
    fn sent(pool: Pool<Self>, rows: Vec<Key>) -> impl Future<Output = Result<(), OutboxError>> + Send + 'static;

    /// Gives rows back that are still under this lease.
    fn release(
        pool: Pool<Self>,
        lease: Uuid,
        rows: Vec<Release>,
    ) -> impl Future<Output = Result<(), OutboxError>> + Send + 'static;

    /// Deletes at most `limit` rows that were sent longer ago than `retention`, and says how many it were.
    fn sweep(
        pool: Pool<Self>,
        retention: Duration,
        limit: i64,
    ) -> impl Future<Output = Result<u64, OutboxError>> + Send + 'static;

    /// How much waits, without a look at all of it.
    fn lag(pool: Pool<Self>) -> impl Future<Output = Result<Waiting, OutboxError>> + Send + 'static;

    /// The first parked rows.
    fn parked(
        pool: Pool<Self>,
        limit: i64,
    ) -> impl Future<Output = Result<Vec<ParkedRow>, OutboxError>> + Send + 'static;

    /// Lets parked rows go again, and says how many it were.
    fn retry(pool: Pool<Self>, ids: Vec<Uuid>) -> impl Future<Output = Result<u64, OutboxError>> + Send + 'static;

    /// Asks writers for hints for as long as the relay sleeps.
    fn asleep(pool: Pool<Self>, pause: Duration) -> impl Future<Output = Result<(), OutboxError>> + Send + 'static;

    /// Hints that something was enqueued, until the value is dropped.
    fn listen(pool: &Pool<Self>) -> Hints;
}

/// What to take, and for how long.
#[derive(Debug, Clone, Copy)]
pub struct Lease {
    /// Under which name.
    pub id: Uuid,
    /// How many rows at most.
    pub limit: i64,
    /// When somebody else may have them.
    pub duration: Duration,
    /// The sequence from which to look.
    pub from: i64,
}

/// A row by the column that each database finds fastest.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// The id of the event.
    pub id: Uuid,
    /// The place in the sequence.
    pub seq: i64,
}

/// What becomes of a row that was not confirmed.
#[derive(Debug, Clone, Copy)]
pub struct Release {
    /// Which row.
    pub key: Key,
    /// Whether it was published.
    pub tried: bool,
    /// Whether nobody wanted it.
    pub returned: bool,
    /// How long it waits.
    pub delay: Duration,
    /// Why it is parked.
    pub reason: Option<&'static str>,
}

/// Rows are counted up to here.
pub(crate) const COUNTED: i64 = 10_000;

/// How many of the first [`COUNTED`] waiting rows there are, how far it is in the sequence from the last of them to the last
/// of all, the age of the oldest in milliseconds, and how many of the first parked rows there are.
pub(crate) type Waiting = (i64, i64, i64, i64);

/// A parked row: id, routing key, subject, reason, attempts.
pub(crate) type ParkedRow = (Uuid, String, String, String, i32);

/// Where hints arrive. Dropping it ends the task that listens.
#[derive(Debug, Default)]
pub struct Hints {
    #[cfg(feature = "postgres")]
    pub(crate) listener: Option<crate::outbox::postgres::Listener>,
}

impl Hints {
    /// Ends with the next hint, if ever.
    pub(crate) async fn next(&self) {
        #[cfg(feature = "postgres")]
        if let Some(listener) = &self.listener {
            return listener.hint().await;
        }
        std::future::pending::<()>().await;
    }
}

/// For a column or an interval. A duration beyond 292 million years is as good as that.
pub(crate) fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
