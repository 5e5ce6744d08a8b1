//! The one place that knows how a test gets a RabbitMQ, a PostgreSQL, a foreign language, or a wait with an end.
//!
//! Tests do not start servers. `cargo xtask test` (or the `with-servers` command of this package) starts them once,
//! names them in the environment, and stops them; a test then asks for its own corner of them:
//!
//! ```no_run
//! # async fn example() {
//! use std::time::Duration;
//! use support::{postgres, rabbitmq, wait};
//!
//! let vhost = rabbitmq::vhost().await; // a virtual host of its own, deleted when `vhost` is dropped
//! let database = postgres::database().await; // likewise a database
//! let (amqp, sql) = (vhost.amqp_url(), database.url());
//! # let _ = (amqp, sql);
//!
//! wait::until("the queue is empty", Duration::from_secs(5), || async {
//!     let queue = vhost.management().get(&format!("queues/{}/mine", vhost.name())).await;
//!     queue.is_ok_and(|queue| queue["messages"] == 0)
//! })
//! .await;
//! # }
//! ```
//!
//! Read in this order: [`env`](mod@env) (the contract between the two halves), [`rabbitmq`] and [`postgres`] (what a
//! test uses), [`own`] (a server that a test may ill-treat), [`proxy`] (a way to PostgreSQL that a test may cut), [`wait`],
//! [`service`] (a service of ours as a process) and [`http`], [`python`] and [`node`] (other languages), [`servers`] (where the
//! servers come from).

#![expect(
    clippy::print_stderr,
    reason = "a failed clean-up and a long installation are told to whoever runs the tests"
)]

pub mod debian;
pub mod env;
pub mod http;
pub mod node;
pub mod own;
pub mod postgres;
pub mod proxy;
pub mod python;
pub mod rabbitmq;
pub mod servers;
pub mod service;
pub mod wait;

mod cache;
mod unique;
