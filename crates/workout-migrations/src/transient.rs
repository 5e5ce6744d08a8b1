//! What passes by itself, in databases.

/// Whether the same may succeed later without anybody mending anything: the database is away, busy or full, or two
/// transactions stood in one another's way.
///
/// Nothing of it is known of an error that the client library makes itself, except that of a pool that has no connection to
/// give or is closed, and of a connection that broke.
#[must_use]
pub fn is_transient(error: &sqlx::Error) -> bool {
    use sqlx::Error as E;
    match error {
        E::Io(_) | E::PoolTimedOut | E::PoolClosed | E::WorkerCrashed => true,
        E::Database(said) => said.code().is_some_and(|code| passes(&code)),
        _ => false,
    }
}

/// `PostgreSQL` says what happened with five characters, SQLite with a number.
fn passes(code: &str) -> bool {
    match code.len() {
        // Connection, rollback (deadlock, serialization), resources, intervention of an operator; read-only, a transaction
        // that stood still or took too long, a database that lets nobody in at the moment, a lock, I/O.
        5 => {
            ["08", "40", "53", "57"].iter().any(|class| code.starts_with(class))
                || ["25006", "25P03", "25P04", "55000", "55P03", "58030"].contains(&code)
        }
        // Busy, locked, read-only, I/O, full: in the lowest byte of the extended code.
        _ => code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 5 | 6 | 8 | 10 | 13)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_is_told_from_what_stays() {
        #[track_caller]
        fn check(code: &str, want: bool) {
            assert_eq!(passes(code), want, "{code}");
        }
        for code in [
            "08006", "40P01", "40001", "53100", "57P01", "25006", "25P03", "55000", "55P03", "58030", "5", "6", "517",
            "10", "13",
        ] {
            check(code, true);
        }
        for code in ["22P02", "23505", "42P01", "25P02", "1", "19", "2067", "11", ""] {
            check(code, false);
        }
    }
}
