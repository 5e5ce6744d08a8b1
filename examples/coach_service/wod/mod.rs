//! The workout of the day: asked for, attempted until it succeeds or is given up, generated once, and shown.
//!
//! ```text
//! requests ──> queue ──> handler ──> making ──> generate ──> attempts ──> shown
//! ```

mod http;
mod requests;

mod handler;

mod catalogue;
mod chance;
mod failures;
mod generate;
mod making;

mod attempts;
mod rows;
mod shown;

pub(crate) use attempts::Attempt;
pub(crate) use failures::Failures;
pub(crate) use handler::{QUEUE, Workshop, consumer};
pub(crate) use http::routes;
