//! The connections.

use std::time::Duration;

use sqlx::postgres::{PgPool, PgPoolOptions};
use workout_migrations::{Migration, Migrations};
use workout_publisher::outbox::PgOutbox;

use crate::store::StoreError;

/// A released one is never edited.
const MIGRATIONS: Migrations = Migrations::new("coach", &[Migration::new("coach", include_str!("0001_coach.sql"))]);

/// As many as handlers, requests and the relay keep busy.
const CONNECTIONS: u32 = 16;

/// A request gets its answer, or is told that there is none.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the coach keeps. A clone shares the connections of the original.
#[derive(Clone)]
pub(crate) struct Store {
    pub(crate) pool: PgPool,
    pub(crate) outbox: PgOutbox,
}

impl Store {
    pub(crate) async fn connect(url: &str) -> Result<Self, StoreError> {
        let options = PgPoolOptions::new().max_connections(CONNECTIONS).acquire_timeout(PATIENCE);
        let pool = options.connect(url).await?;
        let outbox = PgOutbox::new(pool.clone());
        MIGRATIONS.postgres(&pool).await?;
        outbox.migrate().await?;
        Ok(Self { pool, outbox })
    }

    /// Whether the database answers.
    pub(crate) async fn ping(&self) -> Result<(), StoreError> {
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
    work: impl Future<Output = Result<T, StoreError>> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::spawn(work).await?
}
