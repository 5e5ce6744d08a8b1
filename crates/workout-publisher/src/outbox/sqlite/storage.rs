//! The statements. Each is a transaction of its own, and SQLite has one writer at a time.

use std::time::Duration;

use sqlx::sqlite::{Sqlite, SqliteConnection, SqlitePool};
use uuid::Uuid;
use workout_migrations::{Migration, Migrations};

use crate::outbox::backend::{COUNTED, Hints, Key, Lease, ParkedRow, Release, Storage, Waiting, millis};
use crate::outbox::error::{Kind, OutboxError, database, migration};
use crate::outbox::row::{Columns, NewRow, Row};

/// The database is the host's: ours keep to the prefix `workout_outbox`. A released one is never edited.
const MIGRATIONS: Migrations =
    Migrations::new("workout_outbox", &[Migration::new("outbox", include_str!("0001_outbox.sql"))]);

impl Storage for Sqlite {
    const ONE_WRITER: bool = true;

    async fn migrate(pool: SqlitePool) -> Result<(), OutboxError> {
        MIGRATIONS.sqlite(&pool).await.map_err(migration)?;
        Ok(())
    }

    async fn insert(connection: &mut SqliteConnection, row: NewRow<'_>) -> Result<bool, OutboxError> {
        let done = sqlx::query(
            "INSERT INTO workout_outbox_events (id, subject, exchange, routing_key, envelope, body)
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO NOTHING",
        )
        .bind(row.id)
        .bind(row.subject)
        .bind(row.exchange)
        .bind(row.routing_key)
        .bind(row.envelope)
        .bind(row.body)
        .execute(connection)
        .await
        .map_err(database)?;
        Ok(done.rows_affected() > 0)
    }

    async fn lease(pool: SqlitePool, lease: Lease) -> Result<Vec<Row>, OutboxError> {
        // A look first, because an update takes the only place of a writer even when it finds nothing.
        let waiting: Option<i64> = sqlx::query_scalar(
            "SELECT seq FROM workout_outbox_events
             WHERE sent_at IS NULL AND parked_at IS NULL AND free_at <= CAST(unixepoch('subsec') * 1000 AS INTEGER)
               AND seq >= $1
             LIMIT 1",
        )
        .bind(lease.from)
        .fetch_optional(&pool)
        .await
        .map_err(database)?;
        if waiting.is_none() {
            return Ok(Vec::new());
        }
        let columns: Vec<Columns> = sqlx::query_as(
            "UPDATE workout_outbox_events
             SET lease = $1, free_at = CAST(unixepoch('subsec') * 1000 AS INTEGER) + $2
             WHERE seq IN (
                 SELECT seq FROM workout_outbox_events AS waiting
                 WHERE sent_at IS NULL AND parked_at IS NULL
                   AND free_at <= CAST(unixepoch('subsec') * 1000 AS INTEGER)
                   AND seq >= $4
                   AND NOT EXISTS (
                       SELECT 1 FROM workout_outbox_events AS earlier
                       WHERE earlier.subject = waiting.subject AND earlier.seq < waiting.seq
                         AND earlier.sent_at IS NULL AND earlier.parked_at IS NULL
                         AND (earlier.free_at > CAST(unixepoch('subsec') * 1000 AS INTEGER) OR earlier.seq < $4)
                   )
                 ORDER BY seq LIMIT $3
             )
             RETURNING seq, id, subject, exchange, routing_key, envelope, body, attempts, returns",
        )
        .bind(lease.id)
        .bind(millis(lease.duration))
        .bind(lease.limit)
        .bind(lease.from)
        .fetch_all(&pool)
        .await
        .map_err(database)?;
        let mut rows: Vec<Row> = columns.into_iter().map(Row::from).collect();
        rows.sort_unstable_by_key(|row| row.seq);
        Ok(rows)
    }

    async fn sent(pool: SqlitePool, rows: Vec<Key>) -> Result<(), OutboxError> {
        let numbers: Vec<i64> = rows.into_iter().map(|row| row.seq).collect();
        sqlx::query(
            "UPDATE workout_outbox_events
             SET sent_at = CAST(unixepoch('subsec') * 1000 AS INTEGER),
                 lease = NULL, parked_at = NULL, parked_reason = NULL
             WHERE seq IN (SELECT value FROM json_each($1)) AND sent_at IS NULL",
        )
        .bind(json(&numbers)?)
        .execute(&pool)
        .await
        .map_err(database)?;
        Ok(())
    }

    async fn release(pool: SqlitePool, lease: Uuid, rows: Vec<Release>) -> Result<(), OutboxError> {
        let said: Vec<_> = rows
            .iter()
            .map(|row| (row.key.seq, i32::from(row.tried), i32::from(row.returned), millis(row.delay), row.reason))
            .collect();
        sqlx::query(
            "UPDATE workout_outbox_events AS event
             SET lease = NULL, attempts = attempts + (said.value ->> 1), returns = returns + (said.value ->> 2),
                 free_at = CAST(unixepoch('subsec') * 1000 AS INTEGER) + (said.value ->> 3),
                 parked_at = CASE WHEN said.value ->> 4 IS NOT NULL
                     THEN CAST(unixepoch('subsec') * 1000 AS INTEGER) END,
                 parked_reason = said.value ->> 4
             FROM json_each($2) AS said
             WHERE event.seq = said.value ->> 0 AND event.lease = $1 AND event.sent_at IS NULL",
        )
        .bind(lease)
        .bind(json(&said)?)
        .execute(&pool)
        .await
        .map_err(database)?;
        Ok(())
    }

    async fn sweep(pool: SqlitePool, retention: Duration, limit: i64) -> Result<u64, OutboxError> {
        let done = sqlx::query(
            "DELETE FROM workout_outbox_events WHERE seq IN (
                 SELECT seq FROM workout_outbox_events
                 WHERE sent_at IS NOT NULL AND sent_at <= CAST(unixepoch('subsec') * 1000 AS INTEGER) - $1
                 ORDER BY sent_at LIMIT $2
             )",
        )
        .bind(millis(retention))
        .bind(limit)
        .execute(&pool)
        .await
        .map_err(database)?;
        Ok(done.rows_affected())
    }

    async fn lag(pool: SqlitePool) -> Result<Waiting, OutboxError> {
        sqlx::query_as(
            "WITH first AS MATERIALIZED (
                 SELECT seq, enqueued_at FROM workout_outbox_events
                 WHERE sent_at IS NULL AND parked_at IS NULL ORDER BY seq LIMIT $1
             ), last AS (
                 SELECT seq FROM workout_outbox_events
                 WHERE sent_at IS NULL AND parked_at IS NULL ORDER BY seq DESC LIMIT 1
             ), parked AS (
                 SELECT 1 FROM workout_outbox_events WHERE parked_at IS NOT NULL LIMIT $1
             )
             SELECT (SELECT count(*) FROM first),
                    coalesce((SELECT seq FROM last) - (SELECT max(seq) FROM first), 0),
                    coalesce(CAST(unixepoch('subsec') * 1000 AS INTEGER) - (SELECT min(enqueued_at) FROM first), 0),
                    (SELECT count(*) FROM parked)",
        )
        .bind(COUNTED)
        .fetch_one(&pool)
        .await
        .map_err(database)
    }

    async fn parked(pool: SqlitePool, limit: i64) -> Result<Vec<ParkedRow>, OutboxError> {
        sqlx::query_as(
            "SELECT id, routing_key, subject, coalesce(parked_reason, ''), attempts
             FROM workout_outbox_events WHERE parked_at IS NOT NULL ORDER BY seq LIMIT $1",
        )
        .bind(limit)
        .fetch_all(&pool)
        .await
        .map_err(database)
    }

    async fn retry(pool: SqlitePool, ids: Vec<Uuid>) -> Result<u64, OutboxError> {
        let ids: Vec<String> = ids.iter().map(|id| id.simple().to_string()).collect();
        let done = sqlx::query(
            "UPDATE workout_outbox_events
             SET parked_at = NULL, parked_reason = NULL, attempts = 0, returns = 0, lease = NULL, free_at = 0
             WHERE id IN (SELECT unhex(value) FROM json_each($1)) AND parked_at IS NOT NULL",
        )
        .bind(json(&ids)?)
        .execute(&pool)
        .await
        .map_err(database)?;
        Ok(done.rows_affected())
    }

    /// There is nobody to ask.
    async fn asleep(_: SqlitePool, _: Duration) -> Result<(), OutboxError> {
        Ok(())
    }

    fn listen(_: &SqlitePool) -> Hints {
        Hints::default()
    }
}

/// SQLite has no arrays, but reads JSON.
fn json<T: serde::Serialize>(values: &[T]) -> Result<String, OutboxError> {
    serde_json::to_string(values).map_err(|error| Kind::Text(error).into())
}
