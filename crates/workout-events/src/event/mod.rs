//! The event: data in its envelope, and how it travels.

pub mod amqp;
mod envelope;

pub(crate) use envelope::{Attributes, REFERENCE, TRACEPARENT, Wire};
pub use envelope::{Event, EventBuilder};
