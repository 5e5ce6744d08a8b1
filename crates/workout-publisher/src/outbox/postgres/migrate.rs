//! The schema, version by version.
//!
//! The database is the host's, with migrations of its own: ours keep to the schema `workout_outbox`.

use sqlx::postgres::PgPool;

use crate::outbox::error::{Kind, OutboxError, database};

/// In the order of their versions, from 1. A released one is never edited.
const MIGRATIONS: [&str; 1] = [include_str!("0001_outbox.sql")];

/// Any number that nobody else is likely to lock: instances that start together must migrate one after another.
const LOCK: i64 = 0x776f_726b_6f75_7402;

pub(crate) async fn migrate(pool: &PgPool) -> Result<(), OutboxError> {
    let mut transaction = pool.begin().await.map_err(database)?;
    let connection = &mut *transaction;
    sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(LOCK).execute(&mut *connection).await.map_err(database)?;
    sqlx::raw_sql(
        "CREATE SCHEMA IF NOT EXISTS workout_outbox;
         CREATE TABLE IF NOT EXISTS workout_outbox.migrations (
             version integer PRIMARY KEY,
             applied_at timestamptz NOT NULL DEFAULT now()
         );",
    )
    .execute(&mut *connection)
    .await
    .map_err(database)?;
    let version = "SELECT coalesce(max(version), 0) FROM workout_outbox.migrations";
    let found: i32 = sqlx::query_scalar(version).fetch_one(&mut *connection).await.map_err(database)?;

    let versions = || (1_i32..).zip(MIGRATIONS);
    let known = versions().map(|(version, _)| version).max().unwrap_or_default();
    if found > known {
        return Err(Kind::Newer { found, known }.into());
    }
    for (version, sql) in versions().filter(|(version, _)| *version > found) {
        sqlx::raw_sql(sql).execute(&mut *connection).await.map_err(database)?;
        sqlx::query("INSERT INTO workout_outbox.migrations (version) VALUES ($1)")
            .bind(version)
            .execute(&mut *connection)
            .await
            .map_err(database)?;
    }
    // COMMIT of an aborted transaction is a ROLLBACK that sqlx reports as success. A SELECT fails in one.
    let reached: i32 = sqlx::query_scalar(version).fetch_one(&mut *connection).await.map_err(database)?;
    if reached != known {
        return Err(Kind::RolledBack.into());
    }
    transaction.commit().await.map_err(database)
}
