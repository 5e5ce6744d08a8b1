//! The schema, version by version.
//!
//! The file may be shared with the host's own tables: ours start with `workout_stats_`.

use sqlx::sqlite::SqlitePool;

use crate::error::{Kind, StoreError, database};

/// In the order of their versions, from 1. A released one is never edited.
const MIGRATIONS: [&str; 1] = [include_str!("0001_ledger.sql")];

pub(crate) async fn migrate(pool: &SqlitePool) -> Result<(), StoreError> {
    let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await.map_err(database)?;
    let connection = &mut *transaction;
    sqlx::raw_sql(
        "CREATE TABLE IF NOT EXISTS workout_stats_migrations (
             version INTEGER PRIMARY KEY,
             applied_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
         ) STRICT;",
    )
    .execute(&mut *connection)
    .await
    .map_err(database)?;
    let found: i32 = sqlx::query_scalar("SELECT coalesce(max(version), 0) FROM workout_stats_migrations")
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
        sqlx::query("INSERT INTO workout_stats_migrations (version) VALUES ($1)")
            .bind(version)
            .execute(&mut *connection)
            .await
            .map_err(database)?;
    }
    transaction.commit().await.map_err(database)
}
