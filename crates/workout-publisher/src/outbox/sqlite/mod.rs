//! SQLite.

mod migrate;
mod storage;
