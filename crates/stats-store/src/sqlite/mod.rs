//! SQLite.

mod connect;
mod examine;
mod file_system;
mod read;
mod write;

pub(crate) use connect::Sqlite;
pub(crate) use examine::examine;

use crate::table::Dialect;

/// With a prefix of their own.
const DIALECT: Dialect = Dialect {
    prefix: "workout_stats_",
    id: "BLOB",
    int: "INTEGER",
    text: "TEXT",
    bytewise: "",
    options: " STRICT, WITHOUT ROWID",
};
