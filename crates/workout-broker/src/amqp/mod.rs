//! RabbitMQ, through the lapin client.
//!
//! The client's own recovery is off: [`link`] makes a lost connection again, without end; lanes and subscriptions open
//! their channels on whichever connection there is.

mod address;
mod socket;
#[cfg(feature = "tls")]
mod tls;

mod backoff;
mod link;

mod broker;
mod declare;
mod difference;

mod attribution;
mod properties;
mod publish;

mod delivery;
mod stream;
mod subscription;

mod transport;

pub(crate) use address::Settings;
pub(crate) use broker::Amqp;
pub(crate) use difference::difference;
#[cfg(feature = "tls")]
pub(crate) use tls::problem;
