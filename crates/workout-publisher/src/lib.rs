#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod breaker;
mod engine;
mod error;
mod publish_all;
mod publisher;
mod settings;
mod spill;

#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub mod outbox;

pub use crate::breaker::BreakerState;
pub use crate::error::PublishError;
pub use crate::publisher::{CloseReport, Publisher, PublisherBuilder};
pub use crate::settings::WhenFull;
pub use crate::spill::{Keeping, Kept, Spill};
pub use workout_broker::{Broker, BrokerError, Outcome};
