//! The command as a shell sees it: arguments in, streams and an exit code out.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report; clippy sees helpers as ordinary functions")]

mod command;
mod site;

mod broker;
mod check;
mod dlq;
mod export;
mod healthy;
mod import;
mod publish;
mod shell;
mod store;
mod tail;
mod transfer;
mod validate;
