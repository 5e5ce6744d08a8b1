#![doc = include_str!("../README.md")]

mod consumer;
pub mod dead_letters;
mod error;
mod handler;
#[expect(dead_code, unused_imports, reason = "the engine begins to use it with its next change")]
mod letter;
mod run;
mod shutdown;

pub use crate::consumer::Consumer;
pub use crate::dead_letters::{DeadLetter, DeadLetters};
pub use crate::error::ConsumeError;
pub use crate::letter::{Past, Reason, UnknownReason};
pub use crate::run::Report;
pub use workout_broker::{Broker, BrokerError, Prefetch, PrefetchError, Queue};
