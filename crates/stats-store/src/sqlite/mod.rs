//! SQLite.

mod connect;
mod examine;
mod file_system;
mod read;
mod write;

pub(crate) use connect::Sqlite;
pub(crate) use examine::examine;
