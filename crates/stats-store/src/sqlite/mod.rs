//! SQLite.

mod connect;
mod read;
mod write;

pub(crate) use connect::Sqlite;
