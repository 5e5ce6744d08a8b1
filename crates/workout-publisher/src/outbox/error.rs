//! What goes wrong between us and the database.

use workout_events::amqp::TooLarge;
use workout_migrations::{MigrationError, is_transient};

/// Why the outbox did not do what it was asked to. Ask it a question; its text is for people.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct OutboxError(Kind);

#[derive(Debug, thiserror::Error)]
pub(crate) enum Kind {
    #[error("the event cannot be enqueued")]
    TooLarge(#[source] TooLarge),
    #[error("the schema of the outbox is not up to date")]
    Migration(#[source] MigrationError),
    #[error("the database of the outbox failed")]
    Database(#[source] sqlx::Error),
    #[error("the message cannot be written as text")]
    Text(#[source] serde_json::Error),
    #[error("the statement ended before its time")]
    Interrupted(#[source] tokio::task::JoinError),
}

impl OutboxError {
    /// Whether the same may succeed later without anybody mending anything: the database is away, busy or full, or two
    /// transactions stood in one another's way.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match &self.0 {
            Kind::TooLarge(_) | Kind::Text(_) => false,
            Kind::Interrupted(_) => true,
            Kind::Migration(error) => error.is_transient(),
            Kind::Database(error) => is_transient(error),
        }
    }

    /// Whether the event is larger than any reader would accept: it can never be published.
    #[must_use]
    pub fn is_too_large(&self) -> bool {
        matches!(self.0, Kind::TooLarge(_))
    }

    /// Whether the outbox was made by a newer version of this crate.
    #[must_use]
    pub fn is_newer(&self) -> bool {
        matches!(&self.0, Kind::Migration(error) if error.is_newer())
    }
}

impl From<Kind> for OutboxError {
    fn from(kind: Kind) -> Self {
        Self(kind)
    }
}

/// Not a public `From`, as below.
pub(crate) fn migration(error: MigrationError) -> OutboxError {
    Kind::Migration(error).into()
}

/// Not a public `From`: what the caller does with errors of its own transaction is its own business.
pub(crate) fn database(error: sqlx::Error) -> OutboxError {
    Kind::Database(error).into()
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use super::*;

    #[test]
    fn a_text_never_repeats_its_cause() {
        let json = serde_json::from_str::<u8>("x").unwrap_err();
        for kind in [Kind::Database(sqlx::Error::PoolTimedOut), Kind::Text(json)] {
            let error = OutboxError::from(kind);
            let text = error.to_string();
            assert!(error.source().is_none_or(|cause| !text.contains(&cause.to_string())), "{text}");
        }
    }
}
