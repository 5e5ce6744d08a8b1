#![doc = include_str!("../README.md")]

mod error;
mod publisher;

pub use crate::error::PublishError;
pub use crate::publisher::Publisher;
pub use workout_broker::{Broker, BrokerError, Outcome};
