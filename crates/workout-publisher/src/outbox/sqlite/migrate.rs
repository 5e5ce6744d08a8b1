//! The schema, version by version.
//!
//! The file is the host's, with tables of its own: ours start with `workout_outbox_`.

use sqlx::sqlite::SqlitePool;

use crate::outbox::error::{Kind, OutboxError, database};

/// In the order of their versions, from 1. A released one is never edited.
const MIGRATIONS: [&str; 1] = [include_str!("0001_outbox.sql")];

pub(crate) async fn migrate(pool: &SqlitePool) -> Result<(), OutboxError> {
    let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await.map_err(database)?;
    let connection = &mut *transaction;
    sqlx::raw_sql(
        "CREATE TABLE IF NOT EXISTS workout_outbox_migrations (
             version INTEGER PRIMARY KEY,
             applied_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
         ) STRICT;",
    )
    .execute(&mut *connection)
    .await
    .map_err(database)?;
    let version = "SELECT coalesce(max(version), 0) FROM workout_outbox_migrations";
    let found: i32 = sqlx::query_scalar(version).fetch_one(&mut *connection).await.map_err(database)?;

    let versions = || (1_i32..).zip(MIGRATIONS);
    let known = versions().map(|(version, _)| version).max().unwrap_or_default();
    if found > known {
        return Err(Kind::Newer { found, known }.into());
    }
    for (version, sql) in versions().filter(|(version, _)| *version > found) {
        sqlx::raw_sql(sql).execute(&mut *connection).await.map_err(database)?;
        sqlx::query("INSERT INTO workout_outbox_migrations (version) VALUES ($1)")
            .bind(version)
            .execute(&mut *connection)
            .await
            .map_err(database)?;
    }
    // As in `PostgreSQL`, where it is needed: the last statement before the commit shows that there is something to commit.
    let reached: i32 = sqlx::query_scalar(version).fetch_one(&mut *connection).await.map_err(database)?;
    if reached != known {
        return Err(Kind::RolledBack.into());
    }
    transaction.commit().await.map_err(database)
}
