//! How a store is opened.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::open::StatsStore;
use crate::error::{Kind, StoreError};
use crate::memory::Memory;
use crate::news::Announcer;
use crate::postgres::{self, Postgres};
use crate::sqlite::Sqlite;

/// How to open a store. Made by [`StatsStore::builder`].
#[derive(Clone)]
#[must_use = "nothing is opened before `connect` or `open`"]
pub struct StatsStoreBuilder {
    place: Place,
    settings: Settings,
}

#[derive(Clone)]
enum Place {
    Url(String),
    File(PathBuf),
}

/// What a database is told about its connections.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) connections: u32,
    pub(crate) acquire: Duration,
    pub(crate) statement: Duration,
    pub(crate) lock: Duration,
    announcing: Option<String>,
}

/// Whether the schema is brought up to date first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Schema {
    Migrate,
    Keep,
}

/// What a migration did, or has left to do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[must_use = "a schema that is behind cannot be opened"]
#[non_exhaustive]
pub struct Steps {
    /// The version that the schema has.
    pub version: u32,
    /// How many migrations were applied, or are missing.
    pub migrations: u32,
    /// The tables of projections that were made, or are missing. A rebuild fills them.
    pub tables: Vec<&'static str>,
    /// How many migrations of newer programs there are. All of them are compatible.
    pub ahead: u32,
}

impl StatsStoreBuilder {
    pub(crate) fn url(url: &str) -> Self {
        Self { place: Place::Url(url.to_owned()), settings: Settings::default() }
    }

    pub(crate) fn file(file: &Path) -> Self {
        Self { place: Place::File(file.to_owned()), settings: Settings::default() }
    }

    /// How many connections there are at most; 5 unless said otherwise, which is a writer and a few readers.
    ///
    /// A write holds one for as long as its transaction takes, a question for a statement. One is enough for everything to
    /// work, one after the other. A writer is not quicker for more of them: `PostgreSQL` has some hundred for all that
    /// is connected to it.
    pub fn connections(mut self, connections: u32) -> Self {
        self.settings.connections = connections.max(1);
        self
    }

    /// How long to wait for a connection while all are in use; 10 s unless said otherwise: longer than any burst takes,
    /// and shorter than what most callers wait for an answer.
    pub fn acquire_timeout(mut self, timeout: Duration) -> Self {
        self.settings.acquire = timeout;
        self
    }

    /// How long a statement may take in `PostgreSQL`; a minute unless said otherwise. The longest of them reads or writes
    /// what one person has, which takes a second for 50,000 workouts. Migrations and partitioning have no such end.
    ///
    /// A transaction in which nothing happens for as long is ended by the server: a process that stands still must not
    /// hold its locks for ever.
    pub fn statement_timeout(mut self, timeout: Duration) -> Self {
        self.settings.statement = timeout;
        self
    }

    /// How long a statement waits for a lock of somebody else, in SQLite for the other writer; 10 s unless said
    /// otherwise. Writes take milliseconds and the rebuild of a person seconds: who waits longer stands behind something
    /// that is wrong, and does better to let go of the locks that it has.
    pub fn lock_timeout(mut self, timeout: Duration) -> Self {
        self.settings.lock = timeout;
        self
    }

    /// Tells others what follows from writes: records that were set or revoked, goals that were achieved, revoked or
    /// missed. `source` is that of the events, such as `/stats`.
    ///
    /// They are written into the outbox of the same database (that of `workout-publisher`), in the transaction of the write
    /// itself; [`StatsStore::relay`] publishes them. [`migrate`](Self::migrate) and [`connect`](Self::connect) make the
    /// tables of the outbox as well.
    #[cfg(feature = "announce")]
    #[cfg_attr(docsrs, doc(cfg(feature = "announce")))]
    pub fn announcing(mut self, source: &str) -> Self {
        self.settings.announcing = Some(source.to_owned());
        self
    }

    /// Brings the schema up to date and opens the store.
    ///
    /// # Errors
    /// As for [`StatsStore::connect`].
    pub async fn connect(self) -> Result<StatsStore, StoreError> {
        self.with(Schema::Migrate).await
    }

    /// Opens a store as it is, and makes neither a file nor a table: for those who may only read, and for those whose
    /// schema somebody else brings up to date.
    ///
    /// # Errors
    /// As for [`StatsStore::connect`]; and when the schema is behind this program ([`StoreError::is_behind`]).
    pub async fn open(self) -> Result<StatsStore, StoreError> {
        self.with(Schema::Keep).await
    }

    /// Brings the schema up to date, and says what was to do.
    ///
    /// # Errors
    /// As for [`StatsStore::connect`].
    pub async fn migrate(self) -> Result<Steps, StoreError> {
        match self.database()? {
            Found::Postgres(url) => Postgres::migrate(url, &self.settings).await,
            Found::Sqlite(place) => Sqlite::migrate(place, &self.settings).await,
            Found::Memory => Ok(Steps::default()),
        }
    }

    /// What there is to do to bring the schema up to date. Changes nothing.
    ///
    /// # Errors
    /// As for [`StatsStore::connect`].
    pub async fn pending(self) -> Result<Steps, StoreError> {
        match self.database()? {
            Found::Postgres(url) => Postgres::pending(url).await,
            Found::Sqlite(place) => Sqlite::pending(place).await,
            Found::Memory => Ok(Steps::default()),
        }
    }

    /// Makes the large tables of a store in `PostgreSQL` into ones that are partitioned by hash, and says which were not
    /// yet. `docs/partitioning.md` tells when that is worth while.
    ///
    /// A table is one transaction, during which nobody else reads or writes it, and needs its size once more on disk. One
    /// that was interrupted can begin anew, and goes on with the tables that are left. `told` hears the name of each table
    /// when its turn comes. Fewer than 2 partitions are taken as 2, and more than 1,024 as that.
    ///
    /// # Errors
    /// When it is no store in `PostgreSQL`, its schema is behind, the role is not the owner of the tables, or the database
    /// fails. The table that it failed at is as it was.
    pub async fn partition(
        self,
        partitions: u16,
        told: impl FnMut(&'static str) + Send,
    ) -> Result<Vec<&'static str>, StoreError> {
        match self.database()? {
            Found::Postgres(url) => postgres::partition(url, partitions, told).await,
            Found::Sqlite(_) | Found::Memory => Err(Kind::Url("only PostgreSQL has partitions").into()),
        }
    }

    async fn with(self, schema: Schema) -> Result<StatsStore, StoreError> {
        Ok(match self.database()? {
            Found::Postgres(url) => StatsStore::over(Postgres::open(url, &self.settings, schema).await?),
            Found::Sqlite(place) => StatsStore::over(Sqlite::open(place, &self.settings, schema).await?),
            Found::Memory => StatsStore::over(Memory::new(self.settings.announcing.as_deref())),
        })
    }

    fn database(&self) -> Result<Found<'_>, StoreError> {
        let url = match &self.place {
            Place::File(file) => return Ok(Found::Sqlite(SqlitePlace::File(file))),
            Place::Url(url) => url,
        };
        match url.split_once(':').map(|(scheme, _)| scheme) {
            Some("sqlite") => Ok(Found::Sqlite(SqlitePlace::Url(url))),
            Some("postgres" | "postgresql") => Ok(Found::Postgres(url)),
            None if url == "memory" => Ok(Found::Memory),
            _ => Err(Kind::Url("it has to be sqlite://FILE, postgres://..., or memory").into()),
        }
    }
}

/// Which database it is.
enum Found<'p> {
    Postgres(&'p str),
    Sqlite(SqlitePlace<'p>),
    Memory,
}

/// A file, with or without the rules of URLs.
#[derive(Clone, Copy)]
pub(crate) enum SqlitePlace<'p> {
    Url(&'p str),
    File(&'p Path),
}

impl Steps {
    /// Whether there is nothing to do, or was.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.migrations == 0 && self.tables.is_empty()
    }
}

impl Settings {
    /// Whether an outbox belongs to the store.
    pub(crate) fn announces(&self) -> bool {
        self.announcing.is_some()
    }

    #[cfg(feature = "announce")]
    pub(crate) fn announcer<DB: workout_publisher::outbox::Backend>(
        &self,
        pool: &sqlx::Pool<DB>,
    ) -> Option<Arc<Announcer<DB>>> {
        self.announcing.as_deref().map(|source| Arc::new(Announcer::new(source, pool.clone())))
    }

    #[cfg(not(feature = "announce"))]
    pub(crate) fn announcer<DB: sqlx::Database>(&self, pool: &sqlx::Pool<DB>) -> Option<Arc<Announcer<DB>>> {
        self.announcing.as_deref().map(|source| Arc::new(Announcer::new(source, pool.clone())))
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            connections: 5,
            acquire: Duration::from_secs(10),
            statement: Duration::from_mins(1),
            lock: Duration::from_secs(10),
            announcing: None,
        }
    }
}

/// Without the URL, which may have a password in it.
impl fmt::Debug for StatsStoreBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StatsStoreBuilder").field("settings", &self.settings).finish_non_exhaustive()
    }
}
