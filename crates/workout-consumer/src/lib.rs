#![doc = include_str!("../README.md")]
//!
//! # Where to look
//!
//! | you want to | start at |
//! |---|---|
//! | handle events one by one | [`Consumer::on`], [`Handler`], [`Context`] |
//! | say what became of an event | [`Verdict`], [`Failure`], [`Class`] |
//! | handle many events in one transaction | [`Consumer::batch`], [`Batches`], [`Batch`], [`Committed`] |
//! | do something around every handler | [`Consumer::around`] |
//! | say how often and when to try again | [`Retries`] |
//! | know how it is doing | [`Consumer::health`], [`Report`] |
//! | fill a new service from the history of events | [`Consumer::catch_up`] |
//! | look at dead letters, and bring them back | [`DeadLetters`], [`Reason`], [`Past`] |
//! | test a consumer, or a transport of your own under one | `testing` (feature `testing`) |

mod handler;
mod read;

mod batch;

mod retries;
mod settings;

mod consumer;
pub mod dead_letters;
mod error;
mod health;
mod letter;
mod run;
mod shutdown;

#[cfg(feature = "testing")]
pub mod testing;

pub use crate::batch::{Batch, BatchHandler, Batches, Committed};
pub use crate::consumer::Consumer;
pub use crate::dead_letters::{DeadLetter, DeadLetters};
pub use crate::error::ConsumeError;
pub use crate::handler::{Around, Class, Context, Failure, Handler, IntoVerdict, Next, Verdict};
pub use crate::health::{ConsumerHealth, ConsumerState};
pub use crate::letter::{Past, Reason, UnknownReason};
pub use crate::retries::Retries;
pub use crate::run::Report;
pub use workout_broker::{Broker, BrokerError, Prefetch, PrefetchError, Queue, Start};
