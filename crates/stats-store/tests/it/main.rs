//! The stores that need no server. `PostgreSQL` passes the same suite in the workspace's end-to-end tests.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report; clippy sees helpers as ordinary functions")]

mod contract;
mod coverage;
mod examine;
mod histories;
mod ingest;
mod news;
mod open;
mod operate;
mod retain;
mod watch;
