//! A broker in memory, with the semantics of RabbitMQ that the contract needs and no others.
//!
//! Deliberately absent: durability, priorities, time to live, exchanges beyond the two of the contract.

mod broker;
mod queues;
mod subscription;
mod topic;

pub(crate) use broker::InProcess;
pub(crate) use subscription::{Subscription, Unsettled};
