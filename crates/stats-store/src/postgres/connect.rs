//! The connections.

use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};
use workout_migrations::{Migration, Migrations};

use super::people::People;
use super::standby::Refused;
use super::{DIALECT, address};
use crate::error::{Kind, StoreError, connecting, database, migration};
use crate::news::Announcer;
use crate::projection;
use crate::store::{Gather, Schema, Settings, Steps};
use crate::table::create_table;

/// In a schema of their own: the database may be one of the host's, with migrations of its own. A released one is never edited.
pub(super) const MIGRATIONS: Migrations = Migrations::new(
    "workout_stats",
    &[
        Migration::new("ledger", include_str!("0001_ledger.sql")),
        Migration::new("records", include_str!("0002_records.sql")),
        Migration::new("goals", include_str!("0003_goals.sql")),
        Migration::new("standings", include_str!("0004_standings.sql")),
    ],
);

pub(crate) struct Postgres {
    pub(crate) pool: PgPool,
    pub(super) people: Gather<People>,
    pub(super) announcer: Option<Arc<Announcer<sqlx::Postgres>>>,
    pub(super) refused: Refused,
}

impl Postgres {
    pub(crate) async fn open(url: &str, settings: &Settings, schema: Schema) -> Result<Self, StoreError> {
        let options = address::parse(url)?;
        // Also because a pool tries again until its time is over and then says only that. A connection says at once what
        // is wrong.
        let steps = look(&options).await?;
        match schema {
            _ if steps.is_empty() => {}
            Schema::Migrate => migrate(&options, settings).await?,
            Schema::Keep => return Err(Kind::Behind.into()),
        }
        // No statement takes as long as compiling it would.
        let limits = format!(
            "SET statement_timeout = {statement}; SET idle_in_transaction_session_timeout = {statement}; \
             SET lock_timeout = {lock}; SET jit = off",
            statement = milliseconds(settings.statement),
            lock = milliseconds(settings.lock),
        );
        let refused = Refused::default();
        let pool = PgPoolOptions::new()
            .max_connections(settings.connections)
            .acquire_timeout(settings.acquire)
            .before_acquire({
                let refused = refused.clone();
                move |_, connection| {
                    let is_usable = !refused.concerns(connection.age);
                    Box::pin(async move { Ok(is_usable) })
                }
            })
            // Not with the first message of the connection, which poolers in between refuse to carry such things in.
            .after_connect(move |connection, _| {
                let limits = limits.clone();
                Box::pin(async move { connection.execute(AssertSqlSafe(limits)).await.map(|_| ()) })
            })
            .connect_with(options)
            .await
            .map_err(connecting)?;
        let announcer = settings.announcer(&pool);
        if let (Some(announcer), Schema::Migrate) = (&announcer, schema) {
            announcer.migrate().await?;
        }
        Ok(Self { people: Gather::new(People(pool.clone())), pool, announcer, refused })
    }

    pub(crate) async fn migrate(url: &str, settings: &Settings) -> Result<Steps, StoreError> {
        let options = address::parse(url)?;
        let steps = look(&options).await?;
        // What the outbox lacks is not among the steps.
        if !steps.is_empty() || settings.announces() {
            migrate(&options, settings).await?;
        }
        Ok(Steps { version: steps.version + steps.migrations, ..steps })
    }

    pub(crate) async fn pending(url: &str) -> Result<Steps, StoreError> {
        look(&address::parse(url)?).await
    }
}

/// What there is to do.
pub(super) async fn look(options: &PgConnectOptions) -> Result<Steps, StoreError> {
    let mut connection = options.connect().await.map_err(connecting)?;
    let standing = MIGRATIONS.standing_in_postgres(&mut connection).await.map_err(migration)?;
    let tables = missing(&mut connection).await.map_err(database)?;
    connection.close().await.map_err(database)?;
    Ok(Steps { version: standing.version, migrations: standing.missing, tables, ahead: standing.ahead })
}

/// Without the limits of others: nobody knows how long a migration takes.
async fn migrate(options: &PgConnectOptions, settings: &Settings) -> Result<(), StoreError> {
    let pool = PgPoolOptions::new().max_connections(1).connect_with(options.clone()).await.map_err(connecting)?;
    let done = async {
        MIGRATIONS.postgres(&pool).await.map_err(migration)?;
        create_missing(&pool).await.map_err(database)?;
        match settings.announcer(&pool) {
            Some(announcer) => announcer.migrate().await,
            None => Ok(()),
        }
    };
    let done = done.await;
    pool.close().await;
    done
}

/// The tables of projections that are not there.
async fn missing(connection: &mut PgConnection) -> sqlx::Result<Vec<&'static str>> {
    let mut missing = Vec::new();
    for projection in projection::ALL {
        let is_missing = sqlx::query_scalar("SELECT to_regclass($1) IS NULL").bind(DIALECT.name(&projection.table));
        if is_missing.fetch_one(&mut *connection).await? {
            missing.push(projection.table.name);
        }
    }
    Ok(missing)
}

/// Creates the tables of new projections.
async fn create_missing(pool: &PgPool) -> sqlx::Result<()> {
    let mut transaction = pool.begin().await?;
    // Two that create the same table at once disturb one another, in spite of IF NOT EXISTS.
    let lock = "SELECT pg_advisory_xact_lock(hashtext('workout_stats projections'))";
    sqlx::query(lock).execute(&mut *transaction).await?;
    for projection in projection::ALL {
        let sql = create_table(&DIALECT, &projection.table);
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *transaction).await?;
    }
    transaction.commit().await
}

/// As `PostgreSQL` takes it. There, 0 is no end at all.
fn milliseconds(duration: Duration) -> i32 {
    i32::try_from(duration.as_millis()).unwrap_or(i32::MAX).max(1)
}
