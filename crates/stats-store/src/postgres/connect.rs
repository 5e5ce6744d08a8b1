//! The connections.

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};
use workout_migrations::{Migration, Migrations};

use super::DIALECT;
use crate::error::{Kind, StoreError, database, migration};
use crate::projection;
use crate::table::create_table;

/// In a schema of their own: the database may be one of the host's, with migrations of its own. A released one is never edited.
pub(super) const MIGRATIONS: Migrations = Migrations::new(
    "workout_stats",
    &[
        Migration::new("ledger", include_str!("0001_ledger.sql")),
        Migration::new("records", include_str!("0002_records.sql")),
    ],
);

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
        let postgres = Self { pool };
        postgres.create_missing().await.map_err(database)?;
        Ok(postgres)
    }

    /// Creates the tables of new projections. Where all are there, nothing is asked for that needs more rights.
    async fn create_missing(&self) -> sqlx::Result<()> {
        for projection in projection::ALL {
            let name = DIALECT.name(&projection.table);
            let is_missing: bool =
                sqlx::query_scalar("SELECT to_regclass($1) IS NULL").bind(&name).fetch_one(&self.pool).await?;
            if is_missing {
                let mut transaction = self.pool.begin().await?;
                // Two that create the same table at once disturb one another, in spite of IF NOT EXISTS.
                let lock = "SELECT pg_advisory_xact_lock(hashtext('workout_stats projections'))";
                sqlx::query(lock).execute(&mut *transaction).await?;
                let sql = create_table(&DIALECT, &projection.table);
                sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *transaction).await?;
                transaction.commit().await?;
            }
        }
        Ok(())
    }
}
