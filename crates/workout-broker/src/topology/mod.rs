//! What is to exist on a broker, as data: declared, planned and checked.
//!
//! A [`Queue`] or a [`Topology`] is what a service asks for. It comes apart into [`Part`]s, each of which a broker can be
//! asked for and told to make; a [`Plan`] says of each what a broker has of it.

mod delay;
mod exchange;
mod part;
mod queue;

mod plan;
mod whole;

#[cfg(feature = "testing")]
pub(crate) use delay::LONGEST;
pub use delay::RETRIES;
pub use exchange::ExchangeKind;
pub(crate) use exchange::{EXCHANGE_BINDING, EXCHANGES};
pub use part::{Binding, Part, QueueKind, QueueSpec};
pub use plan::{Found, Plan, Step};
pub use queue::{DELIVERY_LIMIT, Queue};
pub use whole::{HISTORY, LANDING, Topology};
