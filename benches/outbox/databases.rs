//! An outbox in each database, and much in it.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqliteSynchronous};
use sqlx::{AssertSqlSafe, Pool, Postgres, Sqlite};
use tempfile::TempDir;
use workout_benches::{Failure, event};
use workout_publisher::outbox::{Backend, Outbox};

/// What a bench needs of a database beside the outbox.
pub(crate) trait Bench: Backend {
    /// For the tables.
    const TITLE: &'static str;

    /// An event for each row there, and so many more in all: ids of their own, and the message of the one that is there.
    fn multiply(pool: &Pool<Self>, rows: usize) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Empties the outbox.
    fn clear(pool: &Pool<Self>) -> impl Future<Output = Result<(), Failure>> + Send;

    /// How many rows wait.
    fn waiting(pool: &Pool<Self>) -> impl Future<Output = Result<usize, Failure>> + Send;

    /// What the outbox takes on the disk, in bytes.
    fn size(pool: &Pool<Self>) -> impl Future<Output = Result<i64, Failure>> + Send;
}

/// Empties the outbox and puts rows into it.
pub(crate) async fn fill<DB: Bench>(pool: &Pool<DB>, rows: usize) -> Result<(), Failure> {
    DB::clear(pool).await?;
    let mut transaction = pool.begin().await?;
    Outbox::new(pool.clone()).enqueue(&mut transaction, &event()?).await?;
    transaction.commit().await?;
    DB::multiply(pool, rows).await
}

impl Bench for Postgres {
    const TITLE: &'static str = "PostgreSQL";

    async fn multiply(pool: &PgPool, rows: usize) -> Result<(), Failure> {
        let more = "INSERT INTO workout_outbox.events (id, subject, exchange, routing_key, envelope, body)
            SELECT gen_random_uuid(), gen_random_uuid()::text, exchange, routing_key, envelope, body
            FROM workout_outbox.events, generate_series(2, $1)";
        sqlx::query(more).bind(i64::try_from(rows)?).execute(pool).await?;
        // What the statistics say of a table that was filled just now is chance: autovacuum may have looked or not.
        sqlx::raw_sql("ANALYZE workout_outbox.events").execute(pool).await?;
        Ok(())
    }

    async fn clear(pool: &PgPool) -> Result<(), Failure> {
        sqlx::raw_sql("TRUNCATE workout_outbox.events").execute(pool).await?;
        Ok(())
    }

    async fn waiting(pool: &PgPool) -> Result<usize, Failure> {
        let waiting = "SELECT count(*) FROM workout_outbox.events WHERE sent_at IS NULL";
        Ok(usize::try_from(sqlx::query_scalar::<_, i64>(waiting).fetch_one(pool).await?)?)
    }

    async fn size(pool: &PgPool) -> Result<i64, Failure> {
        Ok(sqlx::query_scalar("SELECT pg_total_relation_size('workout_outbox.events')").fetch_one(pool).await?)
    }
}

impl Bench for Sqlite {
    const TITLE: &'static str = "SQLite";

    async fn multiply(pool: &SqlitePool, rows: usize) -> Result<(), Failure> {
        let more = "INSERT INTO workout_outbox_events (id, subject, exchange, routing_key, envelope, body)
            WITH RECURSIVE n (n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM n WHERE n < $1)
            SELECT randomblob(16), hex(randomblob(16)), exchange, routing_key, envelope, body
            FROM workout_outbox_events, n";
        sqlx::query(more).bind(i64::try_from(rows)?).execute(pool).await?;
        Ok(())
    }

    async fn clear(pool: &SqlitePool) -> Result<(), Failure> {
        sqlx::raw_sql("DELETE FROM workout_outbox_events").execute(pool).await?;
        Ok(())
    }

    async fn waiting(pool: &SqlitePool) -> Result<usize, Failure> {
        let waiting = "SELECT count(*) FROM workout_outbox_events WHERE sent_at IS NULL";
        Ok(usize::try_from(sqlx::query_scalar::<_, i64>(waiting).fetch_one(pool).await?)?)
    }

    async fn size(pool: &SqlitePool) -> Result<i64, Failure> {
        let size = "SELECT (SELECT page_count FROM pragma_page_count) * (SELECT page_size FROM pragma_page_size)";
        Ok(sqlx::query_scalar(size).fetch_one(pool).await?)
    }
}

/// A database of its own on this server.
pub(crate) async fn postgres(url: &str) -> Result<PgPool, Failure> {
    let name = format!("bench_{}", std::process::id());
    let options: PgConnectOptions = url.parse()?;
    let server = PgPool::connect_with(options.clone()).await?;
    sqlx::raw_sql(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&server).await?;
    server.close().await;
    let pool = PgPoolOptions::new().max_connections(10).connect_with(options.database(&name)).await?;
    Outbox::new(pool.clone()).migrate().await?;
    Ok(pool)
}

/// A file of its own, as a service would open it.
pub(crate) async fn sqlite() -> Result<(TempDir, SqlitePool), Failure> {
    let folder = tempfile::tempdir()?;
    let options = SqliteConnectOptions::new()
        .filename(folder.path().join("host.db"))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(30));
    let pool = SqlitePool::connect_with(options).await?;
    Outbox::new(pool.clone()).migrate().await?;
    Ok((folder, pool))
}
