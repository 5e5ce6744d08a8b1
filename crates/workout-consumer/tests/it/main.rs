//! Consuming from the broker inside the process.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report; clippy sees helpers as ordinary functions")]

mod support;

mod around;
mod batches;
mod contract;
mod crashes;
mod dead_letters;
mod faults;
mod figures;
mod history;
mod order;
mod outages;
mod outcomes;
mod retries;
mod settings;
mod shutdown;
