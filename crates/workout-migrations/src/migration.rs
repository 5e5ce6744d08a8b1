//! What a library says of its schema.

/// All versions of a library's schema.
#[derive(Debug, Clone, Copy)]
pub struct Migrations {
    pub(crate) name: &'static str,
    pub(crate) all: &'static [Migration],
}

/// One step, from the version before it to its own.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    pub(crate) name: &'static str,
    pub(crate) sql: &'static str,
    pub(crate) compatible: bool,
}

/// What was found, and what was done about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// The version that the schema has now.
    pub version: u32,
    /// How many migrations were missing and are applied now.
    pub applied: u32,
    /// How many migrations of newer programs there are. All of them are compatible.
    pub ahead: u32,
}

impl Migrations {
    /// The migrations of the library of this name, in the order of their versions, from 1.
    ///
    /// In `PostgreSQL` the name is that of the schema, which is created, and has the table `migrations` in it; in SQLite the
    /// tables start with it, and the one of the migrations is `NAME_migrations`.
    ///
    /// # Panics
    /// When the name is not made of `a-z`, `0-9` and `_`, starting with a letter, with at most 48 of them. In a constant
    /// that is an error of the compiler.
    #[must_use]
    pub const fn new(name: &'static str, all: &'static [Migration]) -> Self {
        let bytes = name.as_bytes();
        assert!(!bytes.is_empty() && bytes.len() <= 48 && bytes[0].is_ascii_lowercase(), "not the name of a schema");
        let mut at = 0;
        while at < bytes.len() {
            let is_allowed = bytes[at].is_ascii_lowercase() || bytes[at].is_ascii_digit() || bytes[at] == b'_';
            assert!(is_allowed, "not the name of a schema");
            at += 1;
        }
        Self { name, all }
    }

    /// How many there are: the version that they lead to.
    #[must_use]
    pub fn count(&self) -> u32 {
        u32::try_from(self.all.len()).unwrap_or(u32::MAX)
    }
}

impl Migration {
    /// A migration that programs of the version before it do not understand.
    ///
    /// The name says in a word what it brings; it stands in the bookkeeping and in errors.
    #[must_use]
    pub const fn new(name: &'static str, sql: &'static str) -> Self {
        Self { name, sql, compatible: false }
    }

    /// Promises that programs that do not know this migration go on working after it, reading and writing: it only adds
    /// what they can leave alone.
    #[must_use]
    pub const fn compatible(self) -> Self {
        Self { compatible: true, ..self }
    }

    /// FNV-1a over the text without carriage returns: it tells an edited text, and not an attacker's.
    #[cfg(any(feature = "postgres", feature = "sqlite"))]
    pub(crate) fn checksum(&self) -> i64 {
        fingerprint(self.sql).cast_signed()
    }
}

/// FNV-1a, the same on every machine and in every version.
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub(crate) fn fingerprint(text: &str) -> u64 {
    let bytes = text.bytes().filter(|byte| *byte != b'\r');
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(all(test, any(feature = "postgres", feature = "sqlite")))]
mod tests {
    use super::*;

    #[test]
    fn the_fingerprint_is_the_published_one_and_does_not_see_line_ends() {
        assert_eq!(fingerprint("foobar"), 0x8594_4171_f739_67e8);
        assert_eq!(fingerprint("a;\r\nb;\r\n"), fingerprint("a;\nb;\n"));
        assert_ne!(fingerprint("a;\n"), fingerprint("b;\n"));
    }

    #[test]
    #[should_panic(expected = "not the name of a schema")]
    fn a_name_that_would_have_to_be_quoted_is_refused() {
        let _ = Migrations::new("a; DROP TABLE b", &[]);
    }
}
