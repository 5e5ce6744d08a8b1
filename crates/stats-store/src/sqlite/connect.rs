//! The connections.

use std::fs;
use std::sync::Arc;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};
use workout_migrations::{Migration, Migrations};

use super::DIALECT;
use crate::error::{Kind, StoreError, database, migration};
use crate::news::Announcer;
use crate::projection;
use crate::store::{Schema, Settings, SqlitePlace, Steps};
use crate::table::create_table;

/// With a prefix of their own: the file may be shared with the host's tables. A released one is never edited.
pub(super) const MIGRATIONS: Migrations = Migrations::new(
    "workout_stats",
    &[
        Migration::new("ledger", include_str!("0001_ledger.sql")),
        Migration::new("records", include_str!("0002_records.sql")),
        Migration::new("goals", include_str!("0003_goals.sql")),
        Migration::new("standings", include_str!("0004_standings.sql")),
    ],
);

pub(crate) struct Sqlite {
    pub(crate) pool: SqlitePool,
    pub(super) announcer: Option<Arc<Announcer<sqlx::Sqlite>>>,
}

impl Sqlite {
    pub(crate) async fn open(place: SqlitePlace<'_>, settings: &Settings, schema: Schema) -> Result<Self, StoreError> {
        let options = options(place)?;
        let is_kept = schema == Schema::Keep;
        if is_kept && !look(&options).await?.is_empty() {
            return Err(Kind::Behind.into());
        }
        let options = options
            .create_if_missing(!is_kept)
            // Readers go on while someone writes.
            .journal_mode(SqliteJournalMode::Wal)
            // What was committed survives the loss of power and not only that of the process.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(settings.lock);
        let pool = SqlitePoolOptions::new()
            .max_connections(settings.connections)
            .acquire_timeout(settings.acquire)
            // Where the disk is full, SQLite ends the transaction by itself, sqlx fails to, and no other one can begin there.
            .before_acquire(|connection, _| {
                let is_usable = !connection.is_in_transaction();
                Box::pin(async move { Ok(is_usable) })
            })
            .connect_with(options)
            .await
            .map_err(database)?;
        let sqlite = Self { announcer: settings.announcer(&pool), pool };
        if !is_kept {
            MIGRATIONS.sqlite(&sqlite.pool).await.map_err(migration)?;
            sqlite.create_missing().await.map_err(database)?;
            if let Some(announcer) = &sqlite.announcer {
                announcer.migrate().await?;
            }
        }
        Ok(sqlite)
    }

    pub(crate) async fn migrate(place: SqlitePlace<'_>, settings: &Settings) -> Result<Steps, StoreError> {
        let steps = Self::pending(place).await?;
        Self::open(place, settings, Schema::Migrate).await?.pool.close().await;
        Ok(Steps { version: steps.version + steps.migrations, ..steps })
    }

    pub(crate) async fn pending(place: SqlitePlace<'_>) -> Result<Steps, StoreError> {
        look(&options(place)?).await
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

fn options(place: SqlitePlace<'_>) -> Result<SqliteConnectOptions, StoreError> {
    match place {
        SqlitePlace::File(file) => Ok(SqliteConnectOptions::new().filename(file)),
        SqlitePlace::Url(url) if url.contains(":memory:") || url.contains("mode=memory") => {
            Err(Kind::Url("every connection would have a database of its own; say `memory` instead").into())
        }
        SqlitePlace::Url(url) => url.parse().map_err(|_| Kind::Url("it is not of the form sqlite://FILE").into()),
    }
}

/// What there is to do. Where there is no file, that is everything.
async fn look(options: &SqliteConnectOptions) -> Result<Steps, StoreError> {
    let tables = projection::ALL.iter().map(|projection| projection.table.name);
    if !fs::exists(options.get_filename()).is_ok_and(|is_there| is_there) {
        let migrations = MIGRATIONS.count();
        return Ok(Steps { migrations, tables: tables.collect(), ..Steps::default() });
    }
    let mut connection = options.clone().create_if_missing(false).connect().await.map_err(database)?;
    let standing = MIGRATIONS.standing_in_sqlite(&mut connection).await.map_err(migration)?;
    let there: Vec<String> = sqlx::query_scalar("SELECT name FROM sqlite_master WHERE type = 'table'")
        .fetch_all(&mut connection)
        .await
        .map_err(database)?;
    connection.close().await.map_err(database)?;
    let is_missing = |name: &&str| !there.iter().any(|there| there.strip_prefix(DIALECT.prefix) == Some(name));
    let tables = tables.filter(is_missing).collect();
    Ok(Steps { version: standing.version, migrations: standing.missing, tables, ahead: standing.ahead })
}
