//! The contract from the outside.

mod bad_input;
mod envelope;
mod family;
mod plain;
mod properties;
mod reader;
mod replay;
