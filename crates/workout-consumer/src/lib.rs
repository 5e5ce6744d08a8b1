#![doc = include_str!("../README.md")]

mod consumer;
mod error;
mod handler;
mod run;
mod shutdown;

pub use crate::consumer::Consumer;
pub use crate::error::ConsumeError;
pub use crate::run::Report;
pub use workout_broker::{Broker, BrokerError, Prefetch, PrefetchError, Queue};
