//! The service over a real socket.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report; clippy sees helpers as ordinary functions")]

mod access;
mod arbitrary;
mod changes;
mod connections;
mod dashboard;
mod documents;
mod export;
mod figures;
mod limits;
mod live;
mod preferences;
mod questions;
mod refused;
mod sessions;
mod support;
mod tokens;
