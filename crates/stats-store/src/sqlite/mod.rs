//! SQLite.

mod connect;
mod migrate;
mod read;
mod write;

pub(crate) use connect::Sqlite;
