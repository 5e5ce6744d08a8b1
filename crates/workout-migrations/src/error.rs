//! What goes wrong with a schema.

use crate::transient::is_transient;

/// Why the schema is not up to date. Ask it a question; its text is for people.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct MigrationError(Kind);

#[derive(Debug, thiserror::Error)]
pub(crate) enum Kind {
    #[error("the schema {schema} has version {version} ({name}), this program knows up to {known}: update the program")]
    Newer { schema: &'static str, version: i64, name: String, known: usize },
    #[error(
        "version {version} ({name}) of the schema {schema} was applied with another text: restore the released one"
    )]
    Changed { schema: &'static str, version: i64, name: String },
    #[error("version {version} of the schema {schema} is not recorded, but a later one is")]
    Gap { schema: &'static str, version: i64 },
    #[error("version {version} ({name}) of the schema {schema} cannot be applied")]
    Failed { schema: &'static str, version: i64, name: &'static str, source: sqlx::Error },
    #[error("a migration of the schema {schema} has ended the transaction it runs in")]
    #[cfg_attr(not(feature = "postgres"), expect(dead_code, reason = "SQLite says so by itself"))]
    Ended { schema: &'static str },
    #[error("the database of the schema failed")]
    Database(#[source] sqlx::Error),
    #[error("the migration ended before its time")]
    Interrupted(#[source] tokio::task::JoinError),
}

impl MigrationError {
    /// Whether the same may succeed later without anybody mending anything: see [`is_transient`].
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match &self.0 {
            Kind::Newer { .. } | Kind::Changed { .. } | Kind::Gap { .. } | Kind::Ended { .. } => false,
            Kind::Failed { source: error, .. } | Kind::Database(error) => is_transient(error),
            Kind::Interrupted(_) => true,
        }
    }

    /// Whether the schema is of a newer program, in a way that this one cannot live with.
    #[must_use]
    pub fn is_newer(&self) -> bool {
        matches!(self.0, Kind::Newer { .. })
    }

    /// Whether what was applied is not what this program has.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        matches!(self.0, Kind::Changed { .. } | Kind::Gap { .. })
    }
}

impl From<Kind> for MigrationError {
    fn from(kind: Kind) -> Self {
        Self(kind)
    }
}

/// Not a public `From`: what else the caller does with its database is its own business.
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub(crate) fn database(error: sqlx::Error) -> MigrationError {
    Kind::Database(error).into()
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use super::*;

    #[test]
    fn a_text_never_repeats_its_cause() {
        for kind in [
            Kind::Newer { schema: "notes", version: 3, name: "days".to_owned(), known: 2 },
            Kind::Changed { schema: "notes", version: 1, name: "days".to_owned() },
            Kind::Gap { schema: "notes", version: 1 },
            Kind::Failed { schema: "notes", version: 1, name: "days", source: sqlx::Error::PoolTimedOut },
            Kind::Ended { schema: "notes" },
            Kind::Database(sqlx::Error::PoolTimedOut),
        ] {
            let error = MigrationError::from(kind);
            let text = error.to_string();
            assert!(error.source().is_none_or(|cause| !text.contains(&cause.to_string())), "{text}");
        }
    }
}
