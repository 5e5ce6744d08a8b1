//! What goes wrong between the coach and its database.

use tokio::task::JoinError;
use workout_consumer::Failure;
use workout_events::Violations;
use workout_migrations::{MigrationError, is_transient};
use workout_publisher::outbox::OutboxError;

/// Why something was not stored.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
    #[error("the outbox failed")]
    Outbox(#[from] OutboxError),
    #[error("the tables of the coach are not up to date")]
    Migration(#[from] MigrationError),
    #[error("an event would break its contract")]
    Event(#[from] Violations),
    #[error("the database gave what nobody has written")]
    Text(#[from] serde_json::Error),
    #[error("the work ended before its time")]
    Interrupted(#[from] JoinError),
}

impl StoreError {
    /// Whether it has nothing to do with what was to be stored.
    fn is_transient(&self) -> bool {
        match self {
            Self::Database(error) => is_transient(error),
            Self::Outbox(error) => error.is_transient(),
            Self::Migration(error) => error.is_transient(),
            Self::Interrupted(_) => true,
            Self::Event(_) | Self::Text(_) => false,
        }
    }

    /// What it means for a message.
    pub(crate) fn failure(self) -> Failure {
        if self.is_transient() { Failure::unavailable(self) } else { Failure::retry(self) }
    }
}
