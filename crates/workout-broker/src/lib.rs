#![doc = include_str!("../README.md")]
//!
//! # Where to look
//!
//! | you want to | start at |
//! |---|---|
//! | a broker | [`Broker::connect`], [`Broker::in_process`] |
//! | know what became of a message | [`Outcome`] |
//! | publish many messages together | [`Broker::lane`], [`Lane::window`] |
//! | a queue of your own | [`Queue`], [`Broker::declare`] |
//! | read a queue | [`Broker::consume`], [`Deliveries`], [`Delivery`] |
//! | read what was published before | [`Topology::history`], [`Broker::consume_from`], [`Broker::end_of`] |
//! | know what went wrong | [`BrokerError`] |
//! | know what works | [`Broker::health`], [`Health`] |
//! | test what publishes and consumes | [`in_process::Server`] |
//! | bring a transport of your own | [`transport`], [`Broker::new`] |
//!
//! [`Broker`] is one type whatever is behind it: whoever publishes or consumes names no type parameter. What is behind
//! it implements [`transport::Transport`], as anybody's own may.

mod broker;
mod builder;
mod credentials;
mod error;
mod health;
#[cfg(feature = "tls")]
mod tls;

mod lane;
mod message;
mod outcome;
pub mod topology;

mod delivery;
mod prefetch;
mod start;

pub mod transport;

mod amqp;
pub mod in_process;

#[cfg(feature = "testing")]
pub mod testing;

pub use crate::broker::Broker;
pub use crate::builder::BrokerBuilder;
pub use crate::credentials::Credentials;
pub use crate::delivery::{Death, Deliveries, Delivery};
pub use crate::error::BrokerError;
pub use crate::health::{Health, LinkHealth, LinkState};
pub use crate::lane::{Lane, Settled};
pub use crate::outcome::Outcome;
pub use crate::prefetch::{Prefetch, PrefetchError};
pub use crate::start::Start;
#[cfg(feature = "tls")]
pub use crate::tls::{Pem, Tls};
pub use crate::topology::{DELIVERY_LIMIT, Queue, Topology};
