//! The connections.

use std::fmt;

use async_trait::async_trait;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Connection};
use workout_migrations::{Migration, Migrations};

use crate::error::{Kind, StoreError, database, migration};
use crate::store::Backend;

/// In a schema of their own: the database may be one of the host's, with migrations of its own. A released one is never edited.
pub(super) const MIGRATIONS: Migrations =
    Migrations::new("workout_stats", &[Migration::new("ledger", include_str!("0001_ledger.sql"))]);

/// A writer and a few readers.
const CONNECTIONS: u32 = 5;

pub(crate) struct Postgres {
    pub(crate) pool: PgPool,
}

impl Postgres {
    pub(crate) async fn connect(url: &str) -> Result<Self, StoreError> {
        // The parser's own reason is dropped: it may repeat parts of the URL, which has a password in it.
        let options: PgConnectOptions =
            url.parse().map_err(|_| Kind::Url("it is not of the form postgres://user:password@host/database"))?;
        let options = options.application_name("workout-stats");
        // A pool tries again until its time is over and then says only that. A connection says at once what is wrong.
        options.connect().await.map_err(database)?.close().await.map_err(database)?;
        let pool = PgPoolOptions::new().max_connections(CONNECTIONS).connect_with(options).await.map_err(database)?;
        MIGRATIONS.postgres(&pool).await.map_err(migration)?;
        Ok(Self { pool })
    }
}

#[async_trait]
impl Backend for Postgres {
    async fn close(&self) {
        self.pool.close().await;
    }
}

/// Without the URL, which has a password in it.
impl fmt::Debug for Postgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Postgres")
    }
}
