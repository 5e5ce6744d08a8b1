//! A broker in memory, with the semantics of RabbitMQ that the contract needs and no others; and what a test can do to it.
//!
//! [`Broker::in_process`](crate::Broker::in_process) makes one for a whole service. A test makes a [`Server`] and connects
//! to it: the server can then be told to fail.
//!
//! Deliberately absent: durability, priorities, exchanges beyond those of the contract and the one
//! for events that nobody wants yet.

mod connection;
mod links;
mod server;

mod declare;
mod log;
mod moving;
mod queue;
mod routing;
mod state;
mod topic;

mod lane;
mod publishing;
mod window;

mod delivery;
mod reader;
mod reading;
mod subscriber;

mod confirms;
mod faults;
mod script;

pub use confirms::Confirms;
pub use faults::Windows;
pub use script::Fate;
pub use server::Server;
