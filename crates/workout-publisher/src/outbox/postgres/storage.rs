//! The statements. Each is a transaction of its own, READ COMMITTED.

use std::time::Duration;

use sqlx::postgres::{PgConnection, PgPool, Postgres};
use uuid::Uuid;
use workout_migrations::{Migration, Migrations};

use crate::outbox::backend::{COUNTED, Hints, Key, Lease, ParkedRow, Release, Storage, Waiting, millis};
use crate::outbox::error::{OutboxError, database, migration};
use crate::outbox::postgres::listen::Listener;
use crate::outbox::row::{Columns, NewRow, Row};

/// The database is the host's: ours keep to the schema `workout_outbox`. A released one is never edited.
const MIGRATIONS: Migrations =
    Migrations::new("workout_outbox", &[Migration::new("outbox", include_str!("0001_outbox.sql"))]);

impl Storage for Postgres {
    const ONE_WRITER: bool = false;

    async fn migrate(pool: PgPool) -> Result<(), OutboxError> {
        MIGRATIONS.postgres(&pool).await.map_err(migration)?;
        Ok(())
    }

    async fn insert(connection: &mut PgConnection, row: NewRow<'_>) -> Result<bool, OutboxError> {
        let done = sqlx::query(
            "WITH new AS (
                 INSERT INTO workout_outbox.events (id, subject, exchange, routing_key, envelope, body)
                 VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO NOTHING RETURNING id
             )
             SELECT CASE WHEN EXISTS (SELECT FROM workout_outbox.hint WHERE asleep_until > clock_timestamp())
                 THEN pg_notify('workout_outbox', '') END
             FROM new",
        )
        .bind(row.id)
        .bind(row.subject)
        .bind(row.exchange)
        .bind(row.routing_key)
        .bind(row.envelope)
        .bind(row.body)
        .fetch_optional(connection)
        .await
        .map_err(database)?;
        Ok(done.is_some())
    }

    async fn lease(pool: PgPool, lease: Lease) -> Result<Vec<Row>, OutboxError> {
        // The rows are found in an array first, so that the limit holds and the update goes by the primary key. OFFSET 0
        // keeps the look at earlier rows of the subject a look in the index: as a join it would read all that waits.
        let columns: Vec<Columns> = sqlx::query_as(
            "UPDATE workout_outbox.events AS event
             SET lease = $1, free_at = now() + $2 * interval '1 millisecond'
             WHERE id = ANY (ARRAY (
                 SELECT waiting.id FROM workout_outbox.events AS waiting
                 WHERE waiting.sent_at IS NULL AND waiting.parked_at IS NULL AND waiting.free_at <= now()
                   AND waiting.seq >= $4
                   AND NOT EXISTS (
                       SELECT FROM workout_outbox.events AS earlier
                       WHERE earlier.subject = waiting.subject AND earlier.seq < waiting.seq
                         AND earlier.sent_at IS NULL AND earlier.parked_at IS NULL
                         AND (earlier.free_at > now() OR earlier.seq < $4)
                       OFFSET 0
                   )
                 ORDER BY waiting.seq LIMIT $3 FOR UPDATE SKIP LOCKED
             ))
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

    async fn sent(pool: PgPool, rows: Vec<Key>) -> Result<(), OutboxError> {
        let ids: Vec<Uuid> = rows.into_iter().map(|row| row.id).collect();
        sqlx::query(
            "UPDATE workout_outbox.events
             SET sent_at = now(), lease = NULL, parked_at = NULL, parked_reason = NULL
             WHERE id = ANY ($1) AND sent_at IS NULL",
        )
        .bind(ids)
        .execute(&pool)
        .await
        .map_err(database)?;
        Ok(())
    }

    async fn release(pool: PgPool, lease: Uuid, rows: Vec<Release>) -> Result<(), OutboxError> {
        let ids: Vec<Uuid> = rows.iter().map(|row| row.key.id).collect();
        let tried: Vec<i32> = rows.iter().map(|row| row.tried.into()).collect();
        let returned: Vec<i32> = rows.iter().map(|row| row.returned.into()).collect();
        let delays: Vec<i64> = rows.iter().map(|row| millis(row.delay)).collect();
        let reasons: Vec<Option<&str>> = rows.iter().map(|row| row.reason).collect();
        sqlx::query(
            "UPDATE workout_outbox.events AS event
             SET lease = NULL, attempts = attempts + said.tried, returns = returns + said.returned,
                 free_at = now() + said.delay * interval '1 millisecond',
                 parked_at = CASE WHEN said.reason IS NOT NULL THEN now() END, parked_reason = said.reason
             FROM unnest($2::uuid[], $3::integer[], $4::integer[], $5::bigint[], $6::text[])
                 AS said (id, tried, returned, delay, reason)
             WHERE event.id = said.id AND event.lease = $1 AND event.sent_at IS NULL",
        )
        .bind(lease)
        .bind(ids)
        .bind(tried)
        .bind(returned)
        .bind(delays)
        .bind(reasons)
        .execute(&pool)
        .await
        .map_err(database)?;
        Ok(())
    }

    async fn sweep(pool: PgPool, retention: Duration, limit: i64) -> Result<u64, OutboxError> {
        let done = sqlx::query(
            "DELETE FROM workout_outbox.events WHERE id = ANY (ARRAY (
                 SELECT id FROM workout_outbox.events
                 WHERE sent_at IS NOT NULL AND sent_at <= now() - $1 * interval '1 millisecond'
                 ORDER BY sent_at LIMIT $2 FOR UPDATE SKIP LOCKED
             ))",
        )
        .bind(millis(retention))
        .bind(limit)
        .execute(&pool)
        .await
        .map_err(database)?;
        Ok(done.rows_affected())
    }

    async fn lag(pool: PgPool) -> Result<Waiting, OutboxError> {
        sqlx::query_as(
            "WITH first AS MATERIALIZED (
                 SELECT seq, enqueued_at FROM workout_outbox.events
                 WHERE sent_at IS NULL AND parked_at IS NULL ORDER BY seq LIMIT $1
             ), last AS (
                 SELECT seq FROM workout_outbox.events
                 WHERE sent_at IS NULL AND parked_at IS NULL ORDER BY seq DESC LIMIT 1
             ), parked AS (
                 SELECT FROM workout_outbox.events WHERE parked_at IS NOT NULL LIMIT $1
             )
             SELECT (SELECT count(*) FROM first),
                    coalesce((SELECT seq FROM last) - (SELECT max(seq) FROM first), 0),
                    coalesce(extract(epoch FROM now() - (SELECT min(enqueued_at) FROM first)) * 1000, 0)::bigint,
                    (SELECT count(*) FROM parked)",
        )
        .bind(COUNTED)
        .fetch_one(&pool)
        .await
        .map_err(database)
    }

    async fn parked(pool: PgPool, limit: i64) -> Result<Vec<ParkedRow>, OutboxError> {
        sqlx::query_as(
            "SELECT id, routing_key, subject, coalesce(parked_reason, ''), attempts
             FROM workout_outbox.events WHERE parked_at IS NOT NULL ORDER BY seq LIMIT $1",
        )
        .bind(limit)
        .fetch_all(&pool)
        .await
        .map_err(database)
    }

    async fn retry(pool: PgPool, ids: Vec<Uuid>) -> Result<u64, OutboxError> {
        let done = sqlx::query(
            "UPDATE workout_outbox.events
             SET parked_at = NULL, parked_reason = NULL, attempts = 0, returns = 0, lease = NULL, free_at = now()
             WHERE id = ANY ($1) AND parked_at IS NOT NULL",
        )
        .bind(ids)
        .execute(&pool)
        .await
        .map_err(database)?;
        Ok(done.rows_affected())
    }

    async fn asleep(pool: PgPool, pause: Duration) -> Result<(), OutboxError> {
        sqlx::query("UPDATE workout_outbox.hint SET asleep_until = now() + $1 * interval '1 millisecond'")
            .bind(millis(pause))
            .execute(&pool)
            .await
            .map_err(database)?;
        Ok(())
    }

    fn listen(pool: &PgPool) -> Hints {
        Hints { listener: Some(Listener::start(pool)) }
    }
}
