//! The connections.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use workout_migrations::{Migration, Migrations};
use workout_publisher::outbox::PgOutbox;

use crate::database::DatabaseError;

/// A released one is never edited.
const MIGRATIONS: Migrations =
    Migrations::new("monolith", &[Migration::new("monolith", include_str!("0001_monolith.sql"))]);

/// As many as requests, the consumer and the relay keep busy.
const CONNECTIONS: u32 = 16;

/// A request gets its answer, or is told that there is none: so long it waits for a connection, and as long for a statement.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the monolith keeps. A clone shares the connections of the original.
#[derive(Clone)]
pub(crate) struct Database {
    pub(crate) pool: PgPool,
    pub(crate) outbox: PgOutbox,
}

impl Database {
    pub(crate) async fn connect(url: &str) -> Result<Self, DatabaseError> {
        let patience = format!("{}s", PATIENCE.as_secs());
        let server = url.parse::<PgConnectOptions>()?.options([("statement_timeout", patience)]);
        let options = PgPoolOptions::new().max_connections(CONNECTIONS).acquire_timeout(PATIENCE);
        let pool = options.connect_with(server).await?;
        let outbox = PgOutbox::new(pool.clone());
        MIGRATIONS.postgres(&pool).await?;
        outbox.migrate().await?;
        Ok(Self { pool, outbox })
    }

    /// Whether it answers.
    pub(crate) async fn ping(&self) -> Result<(), DatabaseError> {
        let pool = self.pool.clone();
        apart(async move {
            sqlx::query("SELECT 1").execute(&pool).await?;
            Ok(())
        })
        .await
    }
}

/// Runs work on the database in a task of its own.
pub(crate) async fn apart<T: Send + 'static>(
    work: impl Future<Output = Result<T, DatabaseError>> + Send + 'static,
) -> Result<T, DatabaseError> {
    tokio::spawn(work).await?
}
