//! Serving: connections that are bounded in number and in patience, and an end that takes no request with it.

mod connections;
mod line;
mod patient;
mod server;
mod streams;
mod version;

pub(crate) use line::Line;
pub use server::{Server, serve};
