//! What a [`Broker`](crate::Broker) stands on: for those who bring a transport of their own.
//!
//! RabbitMQ and the broker inside the process implement these traits, and so can others. They can be objects, so that
//! whoever publishes or consumes names no type parameter. What is asked once boxes its answer; what is asked for every
//! message is polled, and boxes nothing but the message.
//!
//! A transport is handed only what AMQP can say: [`Broker`](crate::Broker) and [`Lane`](crate::Lane) check names, ids and
//! queues before. What it has to promise beyond the types is what the contract suite asks for.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use workout_events::amqp::Message;

use crate::error::BrokerError;
use crate::health::Health;
use crate::outcome::Outcome;
use crate::prefetch::Prefetch;
use crate::topology::Queue;

/// An answer that may take its time.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, BrokerError>> + Send + 'a>>;

/// What comes next out of a queue: `None` when nothing more will.
pub type NextDelivery = Poll<Option<Result<Box<dyn TransportDelivery>, BrokerError>>>;

/// A connection to a broker. Made into a [`Broker`](crate::Broker) by [`Broker::new`](crate::Broker::new).
///
/// It looks after itself: a link that is lost is made again, lanes and deliveries go on by themselves. Its `Debug` shows
/// neither passwords nor messages.
pub trait Transport: fmt::Debug + Send + Sync + 'static {
    /// See [`Broker::declare`](crate::Broker::declare).
    fn declare<'a>(&'a self, queue: &'a Queue) -> Answer<'a, ()>;

    /// A way to publish. It may open its channel with the first window.
    fn lane(&self) -> Box<dyn TransportLane>;

    /// See [`Broker::consume`](crate::Broker::consume).
    fn consume<'a>(&'a self, queue: &'a str, prefetch: Prefetch) -> Answer<'a, Box<dyn TransportDeliveries>>;

    /// See [`Broker::health`](crate::Broker::health).
    fn health(&self) -> Health;

    /// See [`Broker::well`](crate::Broker::well).
    fn well(&self) -> Answer<'_, ()>;

    /// See [`Broker::close`](crate::Broker::close). Everything asked afterwards is answered with
    /// [`BrokerError::closed`]; closing again is not an error.
    fn close(&self) -> Answer<'_, ()>;
}

/// What is behind a [`Lane`](crate::Lane).
pub trait TransportLane: fmt::Debug + Send {
    /// See [`Lane::window`](crate::Lane::window). There is an outcome for each message, in their order, or an error that
    /// means that certainly none was taken. The future may be dropped at any time.
    fn window<'a>(&'a mut self, messages: &'a [Message], limit: Duration) -> Answer<'a, Vec<Outcome>>;
}

/// What is behind [`Deliveries`](crate::Deliveries). Dropped, it gives back what was not settled.
pub trait TransportDeliveries: fmt::Debug + Send {
    /// The next message. It is polled again and again while more is ready, to take several at once.
    fn poll_next(&mut self, context: &mut Context<'_>) -> NextDelivery;

    /// See [`Deliveries::stop`](crate::Deliveries::stop).
    fn stop(&mut self) -> Answer<'_, ()>;

    /// See [`Deliveries::close`](crate::Deliveries::close). The answer means that every settlement has arrived.
    fn close(self: Box<Self>) -> Answer<'static, ()>;
}

/// What is behind a [`Delivery`](crate::Delivery). Dropped, it stays unsettled.
pub trait TransportDelivery: fmt::Debug + Send + Sync {
    /// The bytes.
    fn body(&self) -> &[u8];

    /// The exchange that the message was published to, empty for a dead letter.
    fn exchange(&self) -> &str;

    /// The routing key.
    fn routing_key(&self) -> &str;

    /// The type that its properties name.
    fn kind(&self) -> Option<&str>;

    /// The id that its properties name.
    fn message_id(&self) -> Option<&str>;

    /// Whether it has come out of this queue before.
    fn redelivered(&self) -> bool;

    /// How often it has come back to this queue.
    fn returns(&self) -> u32;

    /// All of it, as it would be published again.
    fn message(&self) -> Message;

    /// Says what is to become of it. Called until it is ready, with the same settlement each time.
    ///
    /// A settlement has no answer in AMQP: ready means that it is on its way, in order.
    fn poll_settle(&mut self, settlement: Settlement, context: &mut Context<'_>) -> Poll<Result<(), BrokerError>>;
}

/// What is to become of a message that came out of a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Settlement {
    /// Off the queue for good.
    Ack,
    /// The same for it and for every message that came before it in the same subscription and is not settled.
    AckThrough,
    /// Back to its queue.
    Requeue,
    /// To the dead-letter queue.
    Reject,
}
