//! The contract from the outside.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bad_input;
mod envelope;
mod family;
mod plain;
mod properties;
mod reader;
mod replay;
