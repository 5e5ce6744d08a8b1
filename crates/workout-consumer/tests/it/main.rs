//! Consuming from the broker inside the process.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report; clippy sees helpers as ordinary functions")]

mod dead_letters;
mod faults;
mod outcomes;
mod shutdown;
mod support;
