//! The stores that need no server. `PostgreSQL` passes the same suite in the workspace's end-to-end tests.

mod contract;
mod open;
