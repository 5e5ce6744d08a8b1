//! What a database may do to a store.

use std::fmt;

/// A reason why what was committed may be lost, or why the store would not work. [`StatsStore::examine`] finds them.
///
/// [`StatsStore::examine`]: crate::StatsStore::examine
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Risk {
    /// `PostgreSQL` does not wait until anything is on disk.
    FsyncOff,
    /// `PostgreSQL` cannot mend a page that was half written.
    FullPageWritesOff,
    /// `PostgreSQL` says "committed" before the commit is on disk.
    SynchronousCommitOff,
    /// Nothing can be written.
    ReadOnly,
    /// `PostgreSQL` gets no corrections any more.
    EndOfLife,
    /// The file is on another machine.
    NetworkFile,
    /// The file is in the memory of the machine.
    MemoryFile,
    /// The file is in the writable layer of a container.
    ContainerFile,
    /// The schema, or the file, is not there yet.
    SchemaMissing,
    /// Migrations of this program are missing.
    SchemaBehind,
    /// A newer program was here, and this one can go on beside it.
    SchemaAhead,
    /// A newer program was here, and this one would not start.
    SchemaNewer,
    /// What was applied is not what this program has.
    SchemaChanged,
}

impl Risk {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::FsyncOff,
        Self::FullPageWritesOff,
        Self::SynchronousCommitOff,
        Self::ReadOnly,
        Self::EndOfLife,
        Self::NetworkFile,
        Self::MemoryFile,
        Self::ContainerFile,
        Self::SchemaMissing,
        Self::SchemaBehind,
        Self::SchemaAhead,
        Self::SchemaNewer,
        Self::SchemaChanged,
    ];

    /// A name for programs, which does not change.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.said().0
    }

    /// Whether events would be lost or not be counted. The others are worth knowing.
    #[must_use]
    pub const fn is_unsafe(self) -> bool {
        match self {
            Self::FsyncOff
            | Self::FullPageWritesOff
            | Self::SynchronousCommitOff
            | Self::ReadOnly
            | Self::NetworkFile
            | Self::MemoryFile
            | Self::SchemaNewer
            | Self::SchemaChanged => true,
            Self::EndOfLife | Self::ContainerFile | Self::SchemaMissing | Self::SchemaBehind | Self::SchemaAhead => {
                false
            }
        }
    }

    /// What would happen, in a sentence.
    #[must_use]
    pub const fn describe(self) -> &'static str {
        self.said().1
    }

    /// What to do about it, in a sentence.
    #[must_use]
    pub const fn mend(self) -> &'static str {
        self.said().2
    }

    const fn said(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::FsyncOff => (
                "fsync_off",
                "fsync is off: when the machine fails, committed events are lost and the database may be beyond repair.",
                "ALTER SYSTEM RESET fsync; SELECT pg_reload_conf();",
            ),
            Self::FullPageWritesOff => (
                "full_page_writes_off",
                "full_page_writes is off: a page that is half written when the machine fails stays broken.",
                "ALTER SYSTEM RESET full_page_writes; SELECT pg_reload_conf();",
            ),
            Self::SynchronousCommitOff => (
                "synchronous_commit_off",
                "synchronous_commit is off: events are acknowledged before they are on disk, and a crash loses the last of \
                 them for good.",
                "ALTER ROLE ... RESET synchronous_commit; the same for DATABASE ... and SYSTEM, whichever sets it.",
            ),
            Self::ReadOnly => (
                "read_only",
                "Nothing can be written there: it is a standby, or read-only by a setting or by its permissions.",
                "Name the primary in the URL; or RESET default_transaction_read_only, or give the file to the service's user.",
            ),
            Self::EndOfLife => (
                "database_end_of_life",
                "This version of the database gets no corrections any more, of lost data neither.",
                "Upgrade to a version that https://www.postgresql.org/support/versioning lists as supported.",
            ),
            Self::NetworkFile => (
                "network_file",
                "The file is on a network file system, where SQLite's locks and shared memory do not hold: it breaks.",
                "Put the file on a disk of this machine, or use PostgreSQL.",
            ),
            Self::MemoryFile => (
                "memory_file",
                "The file is in memory: the next start of the machine loses every event.",
                "Put the file on a disk.",
            ),
            Self::ContainerFile => (
                "container_file",
                "The file is in the writable layer of a container, and goes with the container.",
                "Put the file on a volume.",
            ),
            Self::SchemaMissing => (
                "schema_missing",
                "The store has no tables there yet.",
                "The service makes them when it starts, if its user may.",
            ),
            Self::SchemaBehind => (
                "schema_behind",
                "The tables are of an older version.",
                "The service brings them up to date when it starts, if its user may.",
            ),
            Self::SchemaAhead => (
                "schema_ahead",
                "The tables are of a newer version, which this one can work beside.",
                "Update the programs that are left behind.",
            ),
            Self::SchemaNewer => (
                "schema_newer",
                "The tables are of a newer version, so that a service of this one does not start and counts nothing.",
                "Update the service.",
            ),
            Self::SchemaChanged => (
                "schema_changed",
                "The migrations that were applied are not those that were released, so that no service starts.",
                "Restore the tables from a backup, or the text of the migrations.",
            ),
        }
    }
}

/// What would happen.
impl fmt::Display for Risk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.describe())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_risk_has_a_code_of_its_own_and_says_what_to_do() {
        let codes: BTreeSet<_> = Risk::ALL.iter().map(|risk| risk.code()).collect();
        assert_eq!(codes.len(), Risk::ALL.len());
        assert!(Risk::ALL.iter().all(|risk| risk.describe().ends_with(['.', ':']) && risk.mend().len() > 10));
    }
}
