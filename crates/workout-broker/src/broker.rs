//! The broker as its users see it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use workout_events::amqp::Message;

use crate::builder::BrokerBuilder;
use crate::delivery::Deliveries;
use crate::error::{BrokerError, of_plan};
use crate::health::Health;
use crate::in_process::Server;
use crate::lane::Lane;
use crate::outcome::Outcome;
use crate::prefetch::Prefetch;
use crate::start::Start;
use crate::topology::{Plan, Queue, Topology};
use crate::transport::Transport;

/// How long a message may be under way. A broker that is short of memory or disk answers no publisher for that long.
const PUBLISH_LIMIT: Duration = Duration::from_secs(30);

/// A broker: RabbitMQ, one inside this process, or another that keeps the contract. A clone is another handle to the same
/// link.
///
/// Each has the exchanges that the contract names: the fanout `workout.performed`, the topic `workout.events`, and the
/// binding that lets the topic carry what the fanout does.
#[derive(Clone)]
pub struct Broker {
    transport: Arc<dyn Transport>,
    /// For who publishes without a lane of his own.
    shared: Arc<Mutex<Lane>>,
}

impl Broker {
    /// A broker on a transport of your own. The contract suite says what is expected of it.
    #[must_use]
    pub fn new(transport: impl Transport) -> Self {
        let shared = Arc::new(Mutex::new(Lane::new(transport.lane())));
        Self { transport: Arc::new(transport), shared }
    }

    /// A broker inside this process, for development, tests and services that are complete in one process.
    ///
    /// It keeps its messages in memory: they end with the last clone of it. So [`Outcome::Confirmed`] means that the
    /// queues have the message, but not that it survives the process.
    #[must_use]
    pub fn in_process() -> Self {
        Server::new().connect()
    }

    /// Connects to RabbitMQ and declares the exchanges: `amqps://user:password@host/vhost`.
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
        BrokerBuilder::new(url.into())
    }

    /// Declares a queue, its bindings and its dead-letter queue. Repeating it changes nothing.
    ///
    /// Bindings are only ever added: a service that no longer wants a type has to unbind it by hand.
    ///
    /// # Errors
    /// When a name is impossible, an exchange does not exist, or the queue exists with other properties.
    pub async fn declare(&self, queue: &Queue) -> Result<(), BrokerError> {
        queue.check()?;
        self.transport.declare(&queue.parts()).await
    }

    /// Says what there is of a topology, and changes nothing.
    ///
    /// # Errors
    /// When a name is impossible, the link does not work, or the broker does not answer.
    pub async fn plan(&self, topology: &Topology) -> Result<Plan, BrokerError> {
        topology.check()?;
        let parts = topology.parts();
        let found = self.transport.look(&parts).await?;
        Ok(Plan::new(parts, found))
    }

    /// Makes what is missing, unless something is there that is another: then nothing is made.
    ///
    /// # Errors
    /// As for [`plan`](Self::plan), and when something is another: [`BrokerError::is_different`].
    pub async fn apply(&self, topology: &Topology) -> Result<(), BrokerError> {
        let plan = self.plan(topology).await?;
        if plan.is_possible() { self.transport.declare(&topology.parts()).await } else { Err(of_plan(&plan)) }
    }

    /// Whether all of a topology is there that can be seen: for services that may not make anything themselves.
    ///
    /// # Errors
    /// As for [`plan`](Self::plan), and when something is missing or another: [`BrokerError::is_different`].
    pub async fn check(&self, topology: &Topology) -> Result<(), BrokerError> {
        let plan = self.plan(topology).await?;
        if plan.is_complete() { Ok(()) } else { Err(of_plan(&plan)) }
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
        let outcomes = self.shared.lock().await.window(&[Arc::new(message)], PUBLISH_LIMIT).await?;
        Ok(outcomes.first().copied().unwrap_or(Outcome::Unknown))
    }

    /// A way to publish many messages together. It opens its channel with the first of them.
    #[must_use]
    pub fn lane(&self) -> Lane {
        Lane::new(self.transport.lane())
    }

    /// Reads a queue that has been declared, and is no stream. At most `prefetch` messages are handed out without having been settled.
    ///
    /// # Errors
    /// When the queue does not exist, the link does not work, or the broker refuses.
    pub async fn consume(&self, queue: &str, prefetch: Prefetch) -> Result<Deliveries, BrokerError> {
        Ok(Deliveries::new(self.transport.consume(queue, prefetch).await?))
    }

    /// Reads a stream from a place in it on, as others do at the same time: nothing is taken away, and
    /// [`Delivery::offset`](crate::Delivery::offset) is the place of each message. After a link that was lost it goes on
    /// behind the last message that it handed out.
    ///
    /// At most `prefetch` messages are handed out without having been acknowledged, and that is all that an
    /// acknowledgement does. RabbitMQ also sends the rest of what it had written together with the last of them.
    ///
    /// # Errors
    /// As for [`consume`](Self::consume), and when the queue is no stream.
    pub async fn consume_from(
        &self,
        stream: &str,
        start: Start,
        prefetch: Prefetch,
    ) -> Result<Deliveries, BrokerError> {
        Ok(Deliveries::new(self.transport.consume_from(stream, start, prefetch).await?))
    }

    /// The offset of the last message of a stream: whoever has read it has read all that was confirmed before this call.
    /// `None` when the stream is empty, which takes a second to see.
    ///
    /// # Errors
    /// When the stream does not exist, the queue is none, the link does not work, or the broker refuses.
    pub async fn end_of(&self, stream: &str) -> Result<Option<u64>, BrokerError> {
        self.transport.end_of(stream).await
    }

    /// How many messages of a queue wait for a reader: those that are out are not counted, nor those that wait in a delay
    /// queue of its. A figure of the moment, to be watched and not to be decided by. What a stream keeps RabbitMQ tells
    /// seconds late.
    ///
    /// # Errors
    /// When the queue does not exist, the link does not work, or the broker refuses.
    pub async fn depth(&self, queue: &str) -> Result<u64, BrokerError> {
        self.transport.depth(queue).await
    }

    /// Which part works at the moment, and since when.
    #[must_use]
    pub fn health(&self) -> Health {
        self.transport.health()
    }

    /// Waits until all of it works.
    ///
    /// # Errors
    /// When it has been closed.
    pub async fn well(&self) -> Result<(), BrokerError> {
        self.transport.well().await
    }

    /// Says goodbye to the broker, and makes no link again. Close what [`consume`](Self::consume) gave first, so that
    /// acknowledgements arrive.
    ///
    /// # Errors
    /// When the broker does not answer: whatever has been confirmed or settled before is not affected.
    pub async fn close(&self) -> Result<(), BrokerError> {
        // Waits for a publish that is under way.
        let _shared = self.shared.lock().await;
        self.transport.close().await
    }
}

impl fmt::Debug for Broker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Broker").field(&self.transport).finish()
    }
}
