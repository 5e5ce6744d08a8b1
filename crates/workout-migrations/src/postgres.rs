//! A schema in `PostgreSQL`.

use sqlx::postgres::{PgConnection, PgPool};
use sqlx::{AssertSqlSafe, Connection};

use crate::error::{Kind, MigrationError, database};
use crate::migration::{Migrations, Report, fingerprint};
use crate::plan::{Columns, Recorded};

impl Migrations {
    /// Brings the schema up to date. Repeating it changes nothing; processes that start together wait for one another.
    ///
    /// It goes on to the end when the future is dropped, so that no connection is left halfway.
    ///
    /// # Errors
    /// When the database refuses, when a migration was edited, or when the schema is of a newer program and not
    /// compatible with this one. Then nothing is changed.
    pub async fn postgres(&self, pool: &PgPool) -> Result<Report, MigrationError> {
        let (migrations, pool) = (*self, pool.clone());
        let task = async move {
            let mut connection = pool.acquire().await.map_err(database)?;
            migrate(&migrations, &mut connection).await
        };
        tokio::spawn(task).await.map_err(Kind::Interrupted)?
    }
}

async fn migrate(migrations: &Migrations, connection: &mut PgConnection) -> Result<Report, MigrationError> {
    let schema = migrations.name;
    // Whoever finds nothing to do needs neither the lock nor the right to create anything.
    let plan = migrations.plan(&recorded(schema, connection).await?)?;
    if plan.missing.is_empty() {
        return Ok(plan.report);
    }
    // Whatever the default of the database is: what another process has committed meanwhile must be seen.
    let mut transaction = connection.begin_with("BEGIN ISOLATION LEVEL READ COMMITTED").await.map_err(database)?;
    let connection = &mut *transaction;
    // Of a number that no other library is likely to lock.
    let lock = fingerprint(schema).cast_signed();
    sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(lock).execute(&mut *connection).await.map_err(database)?;
    // Whoever waited for the lock may still believe what it looked up before: that there is no such schema. To read a table
    // of the server is to hear what others have committed since.
    sqlx::query("SELECT FROM pg_catalog.pg_namespace LIMIT 1").execute(&mut *connection).await.map_err(database)?;
    let begun = transaction_id(connection).await?;
    // Another process may have been quicker.
    let plan = migrations.plan(&recorded(schema, connection).await?)?;
    sqlx::raw_sql(AssertSqlSafe(format!(
        "CREATE SCHEMA IF NOT EXISTS {schema};
         CREATE TABLE IF NOT EXISTS {schema}.migrations (
             version    bigint PRIMARY KEY,
             name       text NOT NULL,
             checksum   bigint NOT NULL,
             compatible boolean NOT NULL,
             applied_at timestamptz NOT NULL DEFAULT now()
         );"
    )))
    .execute(&mut *connection)
    .await
    .map_err(database)?;
    for (version, migration) in &plan.missing {
        let failed = |error| Kind::Failed { schema, version: *version, name: migration.name, source: error };
        sqlx::raw_sql(migration.sql).execute(&mut *connection).await.map_err(failed)?;
        sqlx::query(AssertSqlSafe(format!(
            "INSERT INTO {schema}.migrations (version, name, checksum, compatible) VALUES ($1, $2, $3, $4)"
        )))
        .bind(version)
        .bind(migration.name)
        .bind(migration.checksum())
        .bind(migration.compatible)
        .execute(&mut *connection)
        .await
        .map_err(failed)?;
    }
    // COMMIT of an aborted transaction is a ROLLBACK that the client library reports as success. A SELECT fails in one, and
    // has another number when a migration has ended the transaction itself.
    if transaction_id(connection).await? != begun {
        return Err(Kind::Ended { schema }.into());
    }
    transaction.commit().await.map_err(database)?;
    Ok(plan.report)
}

pub(crate) async fn recorded(schema: &str, connection: &mut PgConnection) -> Result<Vec<Recorded>, MigrationError> {
    let is_there: bool = sqlx::query_scalar("SELECT to_regclass($1) IS NOT NULL")
        .bind(format!("{schema}.migrations"))
        .fetch_one(&mut *connection)
        .await
        .map_err(database)?;
    if !is_there {
        return Ok(Vec::new());
    }
    let rows: Vec<Columns> = sqlx::query_as(AssertSqlSafe(format!(
        "SELECT version, name, checksum, compatible FROM {schema}.migrations ORDER BY version"
    )))
    .fetch_all(connection)
    .await
    .map_err(database)?;
    Ok(rows.into_iter().map(Recorded::from).collect())
}

async fn transaction_id(connection: &mut PgConnection) -> Result<i64, MigrationError> {
    sqlx::query_scalar("SELECT txid_current()").fetch_one(connection).await.map_err(database)
}
