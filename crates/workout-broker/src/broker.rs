//! The broker as its users see it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use workout_events::amqp::Message;

use crate::amqp::{Amqp, Track};
use crate::delivery::{Deliveries, Inner as InnerDeliveries};
use crate::error::BrokerError;
use crate::health::Health;
use crate::in_process::InProcess;
use crate::lane::{Inner as InnerLane, Lane};
use crate::message;
use crate::outcome::Outcome;
use crate::prefetch::Prefetch;
use crate::topology::Queue;

/// How long a message may be under way. A broker that is short of memory or disk answers no publisher for that long.
const PUBLISH_LIMIT: Duration = Duration::from_secs(30);

/// A broker: RabbitMQ, or one inside this process. A clone is another handle to the same broker.
///
/// Both have the exchanges that the contract names: the fanout `workout.performed`, the topic `workout.events`, and the
/// binding that lets the topic carry what the fanout does.
#[derive(Debug, Clone)]
pub struct Broker(Inner);

#[derive(Debug, Clone)]
enum Inner {
    InProcess(Arc<InProcess>),
    Amqp(Arc<Amqp>),
}

impl Broker {
    /// A broker inside this process, for development, tests and services that are complete in one process.
    ///
    /// It keeps its messages in memory: they end with the last clone of it. So [`Outcome::Confirmed`] means that the
    /// queues have the message, but not that it survives the process.
    #[must_use]
    pub fn in_process() -> Self {
        Self(Inner::InProcess(Arc::new(InProcess::new())))
    }

    /// Connects to RabbitMQ and declares the exchanges: `amqp://user:password@host:5672/vhost`.
    ///
    /// A link that is lost later is made again, without end; [`health`](Self::health) tells. The heartbeat is 10 seconds
    /// unless the URL names another (`?heartbeat=5`).
    ///
    /// # Errors
    /// When the URL is not usable or names another machine, to which the password would go in the clear (see
    /// [`BrokerBuilder::allow_plaintext`]); when the broker does not answer within ten seconds, or refuses.
    pub async fn connect(url: &str) -> Result<Self, BrokerError> {
        Self::builder(url).connect().await
    }

    /// As [`connect`](Self::connect), with what is not to be as usual.
    pub fn builder(url: impl Into<String>) -> BrokerBuilder {
        BrokerBuilder { url: url.into(), allow_plaintext: false }
    }

    /// Declares a queue, its bindings and its dead-letter queue. Repeating it changes nothing.
    ///
    /// Bindings are only ever added: a service that no longer wants a type has to unbind it by hand.
    ///
    /// # Errors
    /// When a name is impossible, an exchange does not exist, or the queue exists with other properties.
    pub async fn declare(&self, queue: &Queue) -> Result<(), BrokerError> {
        queue.check()?;
        match &self.0 {
            Inner::InProcess(broker) => broker.declare(queue),
            Inner::Amqp(broker) => broker.declare(queue).await,
        }
    }

    /// Publishes a message and waits for what becomes of it, for at most 30 seconds.
    ///
    /// One message is in flight at a time; concurrent calls wait for one another. A [`lane`](Self::lane) has many in
    /// flight. Dropping the future does not withdraw the message: its outcome is then unknown.
    ///
    /// # Errors
    /// When the message was certainly not taken: there is no link, or no such exchange, the broker refuses, or AMQP cannot
    /// say it. All else is an [`Outcome`].
    pub async fn publish(&self, message: Message) -> Result<Outcome, BrokerError> {
        message::check(&message)?;
        match &self.0 {
            Inner::InProcess(broker) => broker.publish(message),
            Inner::Amqp(broker) => broker.publish(&message, PUBLISH_LIMIT).await,
        }
    }

    /// A way to publish many messages together. It opens its channel with the first of them.
    #[must_use]
    pub fn lane(&self) -> Lane {
        Lane(match &self.0 {
            Inner::InProcess(broker) => InnerLane::InProcess(Arc::clone(broker)),
            Inner::Amqp(broker) => InnerLane::Amqp(Arc::clone(broker), Track::default()),
        })
    }

    /// Reads a queue that has been declared. At most `prefetch` messages are handed out without having been settled.
    ///
    /// # Errors
    /// When the queue does not exist, the link does not work, or the broker refuses.
    pub async fn consume(&self, queue: &str, prefetch: Prefetch) -> Result<Deliveries, BrokerError> {
        let deliveries = match &self.0 {
            Inner::InProcess(broker) => InnerDeliveries::InProcess(broker.consume(queue, prefetch)?),
            Inner::Amqp(broker) => InnerDeliveries::Amqp(Box::new(broker.consume(queue, prefetch).await?)),
        };
        Ok(Deliveries(deliveries))
    }

    /// Which part works at the moment, and since when.
    #[must_use]
    pub fn health(&self) -> Health {
        match &self.0 {
            Inner::InProcess(broker) => broker.health(),
            Inner::Amqp(broker) => broker.health(),
        }
    }

    /// Waits until all of it works.
    ///
    /// # Errors
    /// When it has been closed.
    pub async fn well(&self) -> Result<(), BrokerError> {
        match &self.0 {
            Inner::InProcess(_) => Ok(()),
            Inner::Amqp(broker) => broker.well().await,
        }
    }

    /// Says goodbye to the broker, and makes no link again. Close what [`consume`](Self::consume) gave first, so that acknowledgements arrive.
    ///
    /// # Errors
    /// When the broker does not answer: whatever has been confirmed or settled before is not affected.
    pub async fn close(&self) -> Result<(), BrokerError> {
        match &self.0 {
            Inner::InProcess(_) => Ok(()),
            Inner::Amqp(broker) => broker.close().await,
        }
    }
}

/// How to connect to RabbitMQ. Made by [`Broker::builder`].
#[must_use = "nothing is connected before `connect`"]
pub struct BrokerBuilder {
    url: String,
    allow_plaintext: bool,
}

impl BrokerBuilder {
    /// Permits `amqp://` to another machine: the password and all messages cross the network in the clear. For networks
    /// that are safe otherwise, such as the one between the containers of one machine.
    pub fn allow_plaintext(mut self) -> Self {
        self.allow_plaintext = true;
        self
    }

    /// Connects and declares the exchanges.
    ///
    /// # Errors
    /// As for [`Broker::connect`].
    pub async fn connect(self) -> Result<Broker, BrokerError> {
        Ok(Broker(Inner::Amqp(Arc::new(Amqp::connect(&self.url, self.allow_plaintext).await?))))
    }
}

/// Without the URL, which has a password in it.
impl fmt::Debug for BrokerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BrokerBuilder").field("allow_plaintext", &self.allow_plaintext).finish_non_exhaustive()
    }
}
