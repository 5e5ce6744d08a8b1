//! Tables with a prefix in SQLite.

use sqlx::sqlite::{SqliteConnection, SqlitePool};
use sqlx::{AssertSqlSafe, Connection};

use crate::error::{Kind, MigrationError, database};
use crate::migration::{Migrations, Report};
use crate::plan::{Columns, Recorded};

impl Migrations {
    /// Brings the tables up to date. Repeating it changes nothing; processes that start together wait for one another, for
    /// as long as the pool's connections wait for a lock.
    ///
    /// It goes on to the end when the future is dropped, so that no connection is left halfway.
    ///
    /// # Errors
    /// When the database refuses, when a migration was edited, or when the tables are of a newer program and not
    /// compatible with this one. Then nothing is changed.
    pub async fn sqlite(&self, pool: &SqlitePool) -> Result<Report, MigrationError> {
        let (migrations, pool) = (*self, pool.clone());
        let task = async move {
            let mut connection = pool.acquire().await.map_err(database)?;
            migrate(&migrations, &mut connection).await
        };
        tokio::spawn(task).await.map_err(Kind::Interrupted)?
    }
}

async fn migrate(migrations: &Migrations, connection: &mut SqliteConnection) -> Result<Report, MigrationError> {
    let schema = migrations.name;
    // Whoever finds nothing to do needs neither the lock nor a file that can be written.
    let plan = migrations.plan(&recorded(schema, connection).await?)?;
    if plan.missing.is_empty() {
        return Ok(plan.report);
    }
    // A transaction that begins by reading could not become one that writes while another does.
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await.map_err(database)?;
    let connection = &mut *transaction;
    // Another process may have been quicker.
    let plan = migrations.plan(&recorded(schema, connection).await?)?;
    sqlx::raw_sql(AssertSqlSafe(format!(
        "CREATE TABLE IF NOT EXISTS {schema}_migrations (
             version    INTEGER PRIMARY KEY,
             name       TEXT NOT NULL,
             checksum   INTEGER NOT NULL,
             compatible INTEGER NOT NULL,
             applied_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
         ) STRICT;"
    )))
    .execute(&mut *connection)
    .await
    .map_err(database)?;
    for (version, migration) in &plan.missing {
        let failed = |error| Kind::Failed { schema, version: *version, name: migration.name, source: error };
        sqlx::raw_sql(migration.sql).execute(&mut *connection).await.map_err(failed)?;
        sqlx::query(AssertSqlSafe(format!(
            "INSERT INTO {schema}_migrations (version, name, checksum, compatible) VALUES ($1, $2, $3, $4)"
        )))
        .bind(version)
        .bind(migration.name)
        .bind(migration.checksum())
        .bind(migration.compatible)
        .execute(&mut *connection)
        .await
        .map_err(failed)?;
    }
    // SQLite says so when there is nothing to commit, which `PostgreSQL` does not.
    transaction.commit().await.map_err(database)?;
    Ok(plan.report)
}

pub(crate) async fn recorded(schema: &str, connection: &mut SqliteConnection) -> Result<Vec<Recorded>, MigrationError> {
    let is_there: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = $1)")
            .bind(format!("{schema}_migrations"))
            .fetch_one(&mut *connection)
            .await
            .map_err(database)?;
    if !is_there {
        return Ok(Vec::new());
    }
    let rows: Vec<Columns> = sqlx::query_as(AssertSqlSafe(format!(
        "SELECT version, name, checksum, compatible FROM {schema}_migrations ORDER BY version"
    )))
    .fetch_all(connection)
    .await
    .map_err(database)?;
    Ok(rows.into_iter().map(Recorded::from).collect())
}
