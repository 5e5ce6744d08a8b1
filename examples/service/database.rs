//! The PostgreSQL of a service: tables in a schema of their own, and the outbox beside them.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use tokio::task::JoinError;
use workout_consumer::Failure;
use workout_events::Violations;
use workout_migrations::{MigrationError, Migrations, is_transient};
use workout_publisher::outbox::{OutboxError, PgOutbox};

/// As many as handlers, requests and the relay keep busy.
const CONNECTIONS: u32 = 8;

/// A request gets its answer, or is told that there is none: so long it waits for a connection, and as long for a statement.
const PATIENCE: Duration = Duration::from_secs(10);

/// What PostgreSQL says of a statement that took too long.
const TOOK_TOO_LONG: &str = "57014";

/// Connections to a database whose tables are up to date, also those of the outbox.
///
/// # Errors
/// When the database does not answer, or has tables of a newer program.
pub async fn open(url: &str, migrations: &Migrations) -> Result<PgPool, DatabaseError> {
    let server: PgConnectOptions = url.parse()?;
    // A migration takes as long as it takes, on a connection of its own.
    let pool = PgPoolOptions::new().max_connections(1).acquire_timeout(PATIENCE).connect_with(server.clone()).await?;
    migrations.postgres(&pool).await?;
    PgOutbox::new(pool.clone()).migrate().await?;
    pool.close().await;
    let patience = format!("{}s", PATIENCE.as_secs());
    let limits = ["statement_timeout", "idle_in_transaction_session_timeout"].map(|name| (name, patience.as_str()));
    let options = PgPoolOptions::new().max_connections(CONNECTIONS).acquire_timeout(PATIENCE);
    Ok(options.connect_with(server.options(limits)).await?)
}

/// Whether the database answers.
///
/// # Errors
/// Why it does not.
pub async fn ping(pool: &PgPool) -> Result<(), DatabaseError> {
    let pool = pool.clone();
    apart(async move {
        sqlx::query("SELECT 1").execute(&pool).await?;
        Ok(())
    })
    .await
}

/// Runs work on the database in a task of its own, so that whoever stops waiting leaves no connection halfway.
///
/// # Errors
/// Those of the work, and when it panics.
pub async fn apart<T: Send + 'static>(
    work: impl Future<Output = Result<T, DatabaseError>> + Send + 'static,
) -> Result<T, DatabaseError> {
    tokio::spawn(work).await?
}

/// Why something was not stored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DatabaseError {
    /// It was not done, or nobody knows.
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
    /// An event was not kept.
    #[error("the outbox failed")]
    Outbox(#[from] OutboxError),
    /// There are no tables, or others.
    #[error("the tables are not up to date")]
    Migration(#[from] MigrationError),
    /// Nobody could read the event that was to be told.
    #[error("an event would break its contract")]
    Event(#[from] Violations),
    /// A row is not as this program writes it.
    #[error("the database has what nobody has written")]
    Text(#[from] serde_json::Error),
    /// The work was cancelled, or has panicked.
    #[error("the work ended before its time")]
    Interrupted(#[from] JoinError),
}

impl DatabaseError {
    /// Whether it has nothing to do with what was to be stored. A statement that takes too long may well take too long again,
    /// and who panics will panic again.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Database(sqlx::Error::Database(said)) if said.code().is_some_and(|code| code == TOOK_TOO_LONG) => {
                false
            }
            Self::Database(error) => is_transient(error),
            Self::Outbox(error) => error.is_transient(),
            Self::Migration(error) => error.is_transient(),
            Self::Interrupted(error) => error.is_cancelled(),
            Self::Event(_) | Self::Text(_) => false,
        }
    }

    /// What it means for a message: that nobody can be served at the moment, or that this attempt has failed.
    pub fn failure(self) -> Failure {
        if self.is_transient() { Failure::unavailable(self) } else { Failure::retry(self) }
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;
    use std::error::Error;
    use std::fmt;

    use sqlx::error::ErrorKind;

    use super::*;

    /// What PostgreSQL says by a code.
    #[derive(Debug)]
    struct Said(&'static str);

    impl fmt::Display for Said {
        fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
            out.write_str(self.0)
        }
    }

    impl Error for Said {}

    impl sqlx::error::DatabaseError for Said {
        fn message(&self) -> &str {
            self.0
        }

        fn code(&self) -> Option<Cow<'_, str>> {
            Some(self.0.into())
        }

        fn as_error(&self) -> &(dyn Error + Send + Sync + 'static) {
            self
        }

        fn as_error_mut(&mut self) -> &mut (dyn Error + Send + Sync + 'static) {
            self
        }

        fn into_error(self: Box<Self>) -> Box<dyn Error + Send + Sync + 'static> {
            self
        }

        fn kind(&self) -> ErrorKind {
            ErrorKind::Other
        }
    }

    #[test]
    fn a_statement_that_took_too_long_has_failed_and_a_server_that_ends_is_away() {
        for (code, is_transient) in [("57014", false), ("57P01", true), ("23505", false)] {
            let error = DatabaseError::from(sqlx::Error::Database(Box::new(Said(code))));
            assert_eq!(error.is_transient(), is_transient, "{code}");
        }
    }

    #[tokio::test]
    async fn work_that_panics_fails_and_closes_no_gate() {
        let panicked = apart::<()>(async { panic!("what nobody has thought of") }).await;
        assert!(panicked.is_err_and(|error| !error.is_transient()));
    }
}
