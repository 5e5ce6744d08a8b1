//! The reference services as processes, as an operator runs them.
//!
//! `embedded.rs` and `tour.rs` need no servers; `monolith.rs` has one service, and the rest has all of them, each with a
//! database of its own, around one RabbitMQ.

mod embedded;
mod tour;

mod performing;
mod stack;

mod monolith;
mod order;

mod coach;
mod killed;
mod together;

use std::time::Duration;

/// For whatever has to happen in the end, on a loaded machine. The events of a relay that was killed wait for a minute.
const LIMIT: Duration = Duration::from_mins(3);
