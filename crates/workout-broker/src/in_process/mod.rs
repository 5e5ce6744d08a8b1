//! A broker in memory, with the semantics of RabbitMQ that the contract needs and no others.
//!
//! Deliberately absent: durability, priorities, time to live and expiry, exchanges beyond those of the contract and the one
//! for events that nobody wants yet.

mod connection;
mod links;
mod server;

mod declare;
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
