//! What is said to a client when something went wrong (RFC 9457).
//!
//! The client is told a stable code, the log the cause.

mod answer;
mod code;
mod store;

pub(crate) use answer::{Problem, ProblemBody};
pub use code::Code;
