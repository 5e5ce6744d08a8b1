//! What goes wrong between us and the database.

use workout_migrations::{MigrationError, is_transient};

/// Why the store did not do what it was asked to. Ask it a question; its text is for people.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct StoreError(Kind);

#[derive(Debug, thiserror::Error)]
pub(crate) enum Kind {
    #[error("the URL of the store is not usable: {0}")]
    Url(&'static str),
    #[error("the schema of the store is not up to date")]
    Migration(#[source] MigrationError),
    #[error("the database failed")]
    Database(#[source] sqlx::Error),
    #[error("the transaction was rolled back without an error")]
    RolledBack,
    #[error("the database has a number that no statistic can be: {0}")]
    Corrupt(&'static str),
    #[error("the transaction ended before its time")]
    Interrupted(#[source] tokio::task::JoinError),
    #[error("the store failed")]
    Other(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl StoreError {
    /// A failure of a store that somebody else has written.
    #[must_use]
    pub fn other(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(Kind::Other(cause.into()))
    }

    /// Whether the same may succeed later without anybody mending anything: the database is away, busy or full, or two
    /// transactions stood in one another's way.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match &self.0 {
            Kind::Url(_) | Kind::Corrupt(_) | Kind::Other(_) => false,
            Kind::RolledBack | Kind::Interrupted(_) => true,
            Kind::Migration(error) => error.is_transient(),
            Kind::Database(error) => is_transient(error),
        }
    }

    /// Whether the database was made by a newer version of this crate.
    #[must_use]
    pub fn is_newer(&self) -> bool {
        matches!(&self.0, Kind::Migration(error) if error.is_newer())
    }

    /// Whether the store could never be opened under this URL.
    #[must_use]
    pub fn is_invalid(&self) -> bool {
        matches!(self.0, Kind::Url(_))
    }
}

impl From<Kind> for StoreError {
    fn from(kind: Kind) -> Self {
        Self(kind)
    }
}

/// Not a public `From`, as below.
pub(crate) fn migration(error: MigrationError) -> StoreError {
    Kind::Migration(error).into()
}

/// Not a public `From`: which database library is inside is nobody's business.
pub(crate) fn database(error: sqlx::Error) -> StoreError {
    Kind::Database(error).into()
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use super::*;

    #[test]
    fn a_text_never_repeats_its_cause() {
        for kind in [
            Kind::Url("reason"),
            Kind::Database(sqlx::Error::PoolTimedOut),
            Kind::RolledBack,
            Kind::Corrupt("number"),
            Kind::Other("cause".into()),
        ] {
            let error = StoreError::from(kind);
            let text = error.to_string();
            assert!(error.source().is_none_or(|cause| !text.contains(&cause.to_string())), "{text}");
        }
    }
}
