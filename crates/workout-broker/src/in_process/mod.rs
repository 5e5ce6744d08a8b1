//! A broker in memory, with the semantics of RabbitMQ that the contract needs and no others.
//!
//! Deliberately absent: durability, priorities, time to live, exchanges beyond the two of the contract.

mod connection;
mod server;

mod queue;
mod routing;
mod state;
mod topic;

mod lane;

mod delivery;
mod reader;

pub use server::Server;
