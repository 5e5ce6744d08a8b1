//! SQLite.

mod storage;
