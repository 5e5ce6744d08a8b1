//! What goes wrong between us and the database.

use std::sync::Arc;

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
    #[error("the store is not there, or its schema is behind this program: run `workout store migrate`")]
    Behind,
    #[error("no TLS to the database: `sslrootcert` of the URL says whom to trust, and `sslmode` how much")]
    Tls(#[source] sqlx::Error),
    #[error("the database failed")]
    Database(#[source] sqlx::Error),
    #[cfg(feature = "announce")]
    #[error("what follows from a write cannot be told")]
    Announcing(#[source] workout_publisher::outbox::OutboxError),
    #[cfg(feature = "announce")]
    #[error("this store announces nothing: it has to be opened with `announcing`")]
    Silent,
    #[error("another writer was quicker, again and again")]
    Raced,
    #[error("the statistics of this person change faster than they can be read")]
    Restless,
    #[error("the statistics of this person were kept by a newer program")]
    NewerDefinition,
    #[error("the statistics of this person are kept by an older definition: they have to be rebuilt")]
    OlderDefinition,
    #[error("this reader does not know that")]
    Unsupported,
    #[error("the database has something that the store cannot have written: {0}")]
    Corrupt(&'static str),
    #[error("the transaction ended before its time")]
    Interrupted(#[source] tokio::task::JoinError),
    /// Of a read that was done for several.
    #[error(transparent)]
    Shared(Arc<StoreError>),
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
        match self.kind() {
            Kind::Url(_)
            | Kind::Behind
            | Kind::Tls(_)
            | Kind::Corrupt(_)
            | Kind::Other(_)
            | Kind::Unsupported
            | Kind::NewerDefinition
            | Kind::OlderDefinition => false,
            #[cfg(feature = "announce")]
            Kind::Silent => false,
            #[cfg(feature = "announce")]
            Kind::Announcing(error) => error.is_transient(),
            Kind::Shared(error) => error.is_transient(),
            Kind::Raced | Kind::Restless | Kind::Interrupted(_) => true,
            Kind::Migration(error) => error.is_transient(),
            Kind::Database(error) => is_transient(error),
        }
    }

    /// Whether the database was made by a newer version of this crate.
    #[must_use]
    pub fn is_newer(&self) -> bool {
        match self.kind() {
            Kind::Migration(error) => error.is_newer(),
            #[cfg(feature = "announce")]
            Kind::Announcing(error) => error.is_newer(),
            Kind::NewerDefinition => true,
            _ => false,
        }
    }

    /// Whether the schema has to be brought up to date before the store can be opened as it is: see
    /// [`StatsStoreBuilder::migrate`](crate::StatsStoreBuilder::migrate).
    #[must_use]
    pub fn is_behind(&self) -> bool {
        matches!(self.kind(), Kind::Behind)
    }

    /// Whether the statistics have to be rebuilt before they can be read: this version of the crate keeps other things
    /// than the one that has written them.
    #[must_use]
    pub fn is_outdated(&self) -> bool {
        matches!(self.kind(), Kind::OlderDefinition)
    }

    /// Whether the store does not know that at all, as one of somebody's own may.
    #[must_use]
    pub fn is_unsupported(&self) -> bool {
        matches!(self.kind(), Kind::Unsupported)
    }

    /// The same failure, for one of those whom it concerns.
    pub(crate) fn shared(failed: &Arc<Self>) -> Self {
        Self(Kind::Shared(Arc::clone(failed)))
    }

    fn kind(&self) -> &Kind {
        match &self.0 {
            Kind::Shared(failed) => failed.kind(),
            kind => kind,
        }
    }

    /// Whether two transactions stood in one another's way, so that one of them has to begin anew.
    pub(crate) fn is_collision(&self) -> bool {
        match self.kind() {
            Kind::Raced => true,
            Kind::Database(sqlx::Error::Database(said)) => {
                said.code().is_some_and(|code| code == "40P01" || code == "40001")
            }
            _ => false,
        }
    }

    /// Whether nothing can be written where a connection leads to.
    pub(crate) fn is_read_only(&self) -> bool {
        matches!(self.kind(), Kind::Database(sqlx::Error::Database(said)) if said.code().is_some_and(|code| code == "25006"))
    }

    /// Whether the store could never be opened under this URL.
    #[must_use]
    pub fn is_invalid(&self) -> bool {
        matches!(self.kind(), Kind::Url(_))
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

/// Of a connection that was not made. A certificate that is refused is one that somebody has to mend.
pub(crate) fn connecting(error: sqlx::Error) -> StoreError {
    match &error {
        sqlx::Error::Tls(_) => Kind::Tls(error).into(),
        sqlx::Error::Io(cause) if cause.kind() == std::io::ErrorKind::InvalidData => Kind::Tls(error).into(),
        _ => database(error),
    }
}

/// Of an insertion that nobody should have been quicker with.
pub(crate) fn raced(error: sqlx::Error) -> StoreError {
    match &error {
        sqlx::Error::Database(said) if said.is_unique_violation() => Kind::Raced.into(),
        _ => database(error),
    }
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
            Kind::Behind,
            Kind::Tls(sqlx::Error::PoolTimedOut),
            Kind::Database(sqlx::Error::PoolTimedOut),
            Kind::Raced,
            Kind::NewerDefinition,
            Kind::OlderDefinition,
            Kind::Unsupported,
            Kind::Corrupt("number"),
            Kind::Other("cause".into()),
            Kind::Shared(Arc::new(Kind::Database(sqlx::Error::PoolTimedOut).into())),
        ] {
            let error = StoreError::from(kind);
            let text = error.to_string();
            assert!(error.source().is_none_or(|cause| !text.contains(&cause.to_string())), "{text}");
        }
    }
}
