//! RabbitMQ, through the lapin client.
//!
//! Deliberately absent until the supervised link comes: reconnecting, detection of half-dead links, TLS. An error of the
//! link is final for this [`Amqp`].

mod declare;
mod link;
mod publish;
mod subscription;

pub(crate) use link::Amqp;
pub(crate) use subscription::{Subscription, Unsettled};
