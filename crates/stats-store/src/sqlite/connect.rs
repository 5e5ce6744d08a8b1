//! The connections.

use std::path::Path;
use std::time::Duration;

use sqlx::AssertSqlSafe;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use workout_migrations::{Migration, Migrations};

use super::DIALECT;
use crate::error::{Kind, StoreError, database, migration};
use crate::projection;
use crate::table::create_table;

/// With a prefix of their own: the file may be shared with the host's tables. A released one is never edited.
pub(super) const MIGRATIONS: Migrations = Migrations::new(
    "workout_stats",
    &[
        Migration::new("ledger", include_str!("0001_ledger.sql")),
        Migration::new("records", include_str!("0002_records.sql")),
    ],
);

/// A writer and a few readers: there is never more than one writer in SQLite.
const CONNECTIONS: u32 = 5;

/// How long a writer waits for another one, be it of another process.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

pub(crate) struct Sqlite {
    pub(crate) pool: SqlitePool,
}

impl Sqlite {
    pub(crate) async fn connect(url: &str) -> Result<Self, StoreError> {
        if url.contains(":memory:") || url.contains("mode=memory") {
            return Err(Kind::Url("every connection would have a database of its own; say `memory` instead").into());
        }
        let options = url.parse().map_err(|_| Kind::Url("it is not of the form sqlite://FILE"))?;
        Self::with(options).await
    }

    pub(crate) async fn open(file: &Path) -> Result<Self, StoreError> {
        Self::with(SqliteConnectOptions::new().filename(file)).await
    }

    async fn with(options: SqliteConnectOptions) -> Result<Self, StoreError> {
        let options = options
            .create_if_missing(true)
            // Readers go on while someone writes.
            .journal_mode(SqliteJournalMode::Wal)
            // What was committed survives the loss of power and not only that of the process.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY_TIMEOUT);
        let pool =
            SqlitePoolOptions::new().max_connections(CONNECTIONS).connect_with(options).await.map_err(database)?;
        MIGRATIONS.sqlite(&pool).await.map_err(migration)?;
        let sqlite = Self { pool };
        sqlite.create_missing().await.map_err(database)?;
        Ok(sqlite)
    }

    /// Creates the tables of new projections. Where all are there, nothing is written.
    async fn create_missing(&self) -> sqlx::Result<()> {
        for projection in projection::ALL {
            let sql = create_table(&DIALECT, &projection.table);
            sqlx::raw_sql(AssertSqlSafe(sql)).execute(&self.pool).await?;
        }
        Ok(())
    }
}
