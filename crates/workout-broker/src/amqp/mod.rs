//! RabbitMQ, through the lapin client.
//!
//! Deliberately absent until the supervised link comes: reconnecting, detection of half-dead links, TLS. An error of the
//! link is final for this [`Amqp`].

mod link;

mod declare;

mod attribution;
mod properties;
mod publish;

mod subscription;

pub(crate) use link::Amqp;
pub(crate) use publish::Track;
pub(crate) use subscription::{Subscription, Unsettled};
