//! What goes wrong between us and the database.

use workout_events::amqp::TooLarge;

/// Why the outbox did not do what it was asked to. Ask it a question; its text is for people.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct OutboxError(Kind);

#[derive(Debug, thiserror::Error)]
pub(crate) enum Kind {
    #[error("the event cannot be enqueued")]
    TooLarge(#[source] TooLarge),
    #[error("the outbox has schema version {found}, this program knows up to {known}")]
    Newer { found: i32, known: i32 },
    #[error("the database of the outbox failed")]
    Database(#[source] sqlx::Error),
    #[error("the message cannot be written as text")]
    Text(#[source] serde_json::Error),
    #[error("the transaction was rolled back without an error")]
    RolledBack,
    #[error("the statement ended before its time")]
    Interrupted(#[source] tokio::task::JoinError),
}

impl OutboxError {
    /// Whether the same may succeed later without anybody mending anything: the database is away, busy or full, or two
    /// transactions stood in one another's way.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match &self.0 {
            Kind::TooLarge(_) | Kind::Newer { .. } | Kind::Text(_) => false,
            Kind::RolledBack | Kind::Interrupted(_) => true,
            Kind::Database(error) => passes(error),
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
        matches!(self.0, Kind::Newer { .. })
    }
}

impl From<Kind> for OutboxError {
    fn from(kind: Kind) -> Self {
        Self(kind)
    }
}

/// Not a public `From`: what the caller does with errors of its own transaction is its own business.
pub(crate) fn database(error: sqlx::Error) -> OutboxError {
    Kind::Database(error).into()
}

fn passes(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::WorkerCrashed => true,
        sqlx::Error::Database(said) => said.code().is_some_and(|code| passes_code(&code)),
        _ => false,
    }
}

/// `PostgreSQL` says what happened with five characters, SQLite with a number.
fn passes_code(code: &str) -> bool {
    match code.len() {
        // Connection, rollback (deadlock, serialization), resources, intervention of an operator, read-only, lock.
        5 => ["08", "40", "53", "57"].iter().any(|class| code.starts_with(class)) || code == "25006" || code == "55P03",
        // Busy, locked, read-only, I/O, full: in the lowest byte of the extended code.
        _ => code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 5 | 6 | 8 | 10 | 13)),
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use super::*;

    #[test]
    fn a_text_never_repeats_its_cause() {
        let json = serde_json::from_str::<u8>("x").unwrap_err();
        for kind in [
            Kind::Newer { found: 2, known: 1 },
            Kind::Database(sqlx::Error::PoolTimedOut),
            Kind::Text(json),
            Kind::RolledBack,
        ] {
            let error = OutboxError::from(kind);
            let text = error.to_string();
            assert!(error.source().is_none_or(|cause| !text.contains(&cause.to_string())), "{text}");
        }
    }

    #[test]
    fn what_passes_is_told_from_what_stays() {
        #[track_caller]
        fn check(code: &str, want: bool) {
            assert_eq!(passes_code(code), want, "{code}");
        }
        for code in ["08006", "40P01", "40001", "53100", "57P01", "25006", "55P03", "5", "6", "517", "10", "13"] {
            check(code, true);
        }
        for code in ["22P02", "23505", "42P01", "25P02", "1", "19", "2067", "11", ""] {
            check(code, false);
        }
    }
}
