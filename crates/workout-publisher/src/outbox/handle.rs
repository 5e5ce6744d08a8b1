//! The outbox as services see it.

use std::fmt;
use std::time::Duration;

use sqlx::Pool;
use workout_events::{Event, EventId, EventType};

use crate::outbox::backend::Backend;
use crate::outbox::error::{Kind, OutboxError};
use crate::outbox::row::NewRow;

/// Events that wait in the service's own database until the broker has them. A clone shares the pool of the original.
pub struct Outbox<DB: Backend> {
    pub(crate) pool: Pool<DB>,
}

/// What waits in an outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Lag {
    /// How many events are neither sent nor parked. Beyond 10,000 they are not counted one by one: the rest is the
    /// distance in the sequence from there to the end, which counts those that were rolled back or sent there as well.
    pub events: u64,
    /// How long the oldest of them has been waiting; zero when there is none.
    pub oldest: Duration,
    /// How many events are parked, at most 10,000.
    pub parked: u64,
}

/// An event that is no longer tried.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Parked {
    /// Its id: what [`Outbox::retry_parked`] wants.
    pub id: EventId,
    /// Its type, which is its routing key.
    pub event_type: String,
    /// What it is about.
    pub subject: String,
    /// Why it is parked.
    pub reason: String,
    /// How often it was published in vain.
    pub attempts: u32,
}

impl<DB: Backend> Outbox<DB> {
    /// The outbox in this database, which [`migrate`](Self::migrate) prepares.
    #[must_use]
    pub fn new(pool: Pool<DB>) -> Self {
        Self { pool }
    }

    /// Creates what the outbox needs, or brings it up to date: in a schema or under a prefix of its own, with
    /// bookkeeping of its own. Repeating it changes nothing; instances that start together wait for one another.
    ///
    /// # Errors
    /// When the database refuses, or when the outbox was made by a newer version of this crate.
    pub async fn migrate(&self) -> Result<(), OutboxError> {
        apart(DB::migrate(self.pool.clone())).await
    }

    /// Writes an event into the outbox, as part of the caller's transaction: one statement, one row.
    ///
    /// Says whether it was new. An event whose id is there already, sent or not, changes nothing, so repeating is safe
    /// for as long as sent rows are kept. The row stands or falls with the transaction; as with every statement, when
    /// the future is dropped the transaction should be rolled back.
    ///
    /// # Errors
    /// When the event is larger than any reader would accept, or the database refuses.
    pub async fn enqueue<T: EventType>(
        &self,
        connection: &mut DB::Connection,
        event: &Event<T>,
    ) -> Result<bool, OutboxError> {
        let new = DB::insert(connection, NewRow::of(event)?).await?;
        if new {
            metrics::counter!("workout_outbox_enqueued_total", "database" => DB::NAME).increment(1);
        }
        Ok(new)
    }

    /// How much waits, and since when: the figure to watch.
    ///
    /// What it costs does not grow with what waits; but it counts up to 10,000 rows, so ask every few seconds and not for
    /// every request.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn lag(&self) -> Result<Lag, OutboxError> {
        let (first, rest, oldest, parked) = apart(DB::lag(self.pool.clone())).await?;
        let positive = |figure: i64| u64::try_from(figure).unwrap_or_default();
        let oldest = Duration::from_millis(positive(oldest));
        Ok(Lag { events: positive(first) + positive(rest), oldest, parked: positive(parked) })
    }

    /// The events that are no longer tried, at most `limit`, in the order in which they were enqueued.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn parked(&self, limit: u32) -> Result<Vec<Parked>, OutboxError> {
        let rows = apart(DB::parked(self.pool.clone(), limit.into())).await?;
        let parked = rows.into_iter().filter_map(|(id, event_type, subject, reason, attempts)| {
            // No event has the nil id.
            let id = EventId::new(id).ok()?;
            Some(Parked { id, event_type, subject, reason, attempts: u32::try_from(attempts).unwrap_or_default() })
        });
        Ok(parked.collect())
    }

    /// Lets parked events go again, as if they had never been tried, and says how many of these ids were parked.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn retry_parked(&self, ids: &[EventId]) -> Result<u64, OutboxError> {
        apart(DB::retry(self.pool.clone(), ids.iter().map(|id| *id.as_uuid()).collect())).await
    }
}

/// Runs a statement in a task of its own, so that whoever stops waiting for it does not stop it halfway and leave a
/// connection in an unknown state.
pub(crate) async fn apart<T: Send + 'static>(
    statement: impl Future<Output = Result<T, OutboxError>> + Send + 'static,
) -> Result<T, OutboxError> {
    tokio::spawn(statement).await.map_err(Kind::Interrupted)?
}

impl<DB: Backend> Clone for Outbox<DB> {
    fn clone(&self) -> Self {
        Self { pool: self.pool.clone() }
    }
}

/// Without the pool, which knows a URL with a password in it.
impl<DB: Backend> fmt::Debug for Outbox<DB> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbox").field("database", &DB::NAME).finish_non_exhaustive()
    }
}
