//! The schema, version by version.
//!
//! The host may have a database of its own making with migrations of its own: ours keep to the schema `workout_stats`.

use sqlx::postgres::PgPool;

use crate::error::{Kind, StoreError, database};

/// In the order of their versions, from 1. A released one is never edited.
const MIGRATIONS: [&str; 1] = [include_str!("0001_ledger.sql")];

/// Any number that nobody else is likely to lock: instances that start together must migrate one after another.
const LOCK: i64 = 0x776f_726b_6f75_7401;

pub(crate) async fn migrate(pool: &PgPool) -> Result<(), StoreError> {
    let mut transaction = pool.begin().await.map_err(database)?;
    let connection = &mut *transaction;
    sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(LOCK).execute(&mut *connection).await.map_err(database)?;
    sqlx::raw_sql(
        "CREATE SCHEMA IF NOT EXISTS workout_stats;
         CREATE TABLE IF NOT EXISTS workout_stats.migrations (
             version integer PRIMARY KEY,
             applied_at timestamptz NOT NULL DEFAULT now()
         );",
    )
    .execute(&mut *connection)
    .await
    .map_err(database)?;
    let found: i32 = sqlx::query_scalar("SELECT coalesce(max(version), 0) FROM workout_stats.migrations")
        .fetch_one(&mut *connection)
        .await
        .map_err(database)?;

    let versions = || (1_i32..).zip(MIGRATIONS);
    let known = versions().map(|(version, _)| version).max().unwrap_or_default();
    if found > known {
        return Err(Kind::Newer { found, known }.into());
    }
    for (version, sql) in versions().filter(|(version, _)| *version > found) {
        sqlx::raw_sql(sql).execute(&mut *connection).await.map_err(database)?;
        sqlx::query("INSERT INTO workout_stats.migrations (version) VALUES ($1)")
            .bind(version)
            .execute(&mut *connection)
            .await
            .map_err(database)?;
    }
    transaction.commit().await.map_err(database)
}
