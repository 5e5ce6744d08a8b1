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
use std::sync::Arc;
use std::task::{Context, Poll};

use workout_events::amqp::{HeaderValue, Message};

use crate::delivery::Death;
use crate::error::BrokerError;
use crate::health::Health;
use crate::lane::Settled;
use crate::prefetch::Prefetch;
use crate::start::Start;
use crate::topology::{Found, Part};

/// An answer that may take its time.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, BrokerError>> + Send + 'a>>;

/// What comes next out of a queue: `None` when nothing more will.
pub type NextDelivery = Poll<Option<Result<Box<dyn TransportDelivery>, BrokerError>>>;

/// A connection to a broker. Made into a [`Broker`](crate::Broker) by [`Broker::new`](crate::Broker::new).
///
/// It looks after itself: a link that is lost is made again, lanes and deliveries go on by themselves. Its `Debug` shows
/// neither passwords nor messages.
pub trait Transport: fmt::Debug + Send + Sync + 'static {
    /// Makes what is not there, in this order, and changes nothing that is. The first failure ends it. See
    /// [`Broker::declare`](crate::Broker::declare) and [`Broker::apply`](crate::Broker::apply).
    fn declare<'a>(&'a self, parts: &'a [Part]) -> Answer<'a, ()>;

    /// What there is of each part, in their order. Changes nothing. See [`Broker::plan`](crate::Broker::plan).
    fn look<'a>(&'a self, parts: &'a [Part]) -> Answer<'a, Vec<Found>>;

    /// A way to publish. It may open its channel with the first window.
    fn lane(&self) -> Box<dyn TransportLane>;

    /// See [`Broker::consume`](crate::Broker::consume).
    fn consume<'a>(&'a self, queue: &'a str, prefetch: Prefetch) -> Answer<'a, Box<dyn TransportDeliveries>>;

    /// See [`Broker::consume_from`](crate::Broker::consume_from). What it hands out is only ever acknowledged.
    fn consume_from<'a>(
        &'a self,
        stream: &'a str,
        start: Start,
        prefetch: Prefetch,
    ) -> Answer<'a, Box<dyn TransportDeliveries>>;

    /// See [`Broker::end_of`](crate::Broker::end_of).
    fn end_of<'a>(&'a self, stream: &'a str) -> Answer<'a, Option<u64>>;

    /// See [`Broker::depth`](crate::Broker::depth).
    fn depth<'a>(&'a self, queue: &'a str) -> Answer<'a, u64>;

    /// See [`Broker::health`](crate::Broker::health).
    fn health(&self) -> Health;

    /// See [`Broker::well`](crate::Broker::well).
    fn well(&self) -> Answer<'_, ()>;

    /// See [`Broker::close`](crate::Broker::close). Everything asked afterwards is answered with
    /// [`BrokerError::closed`]; closing again is not an error.
    fn close(&self) -> Answer<'_, ()>;
}

/// What is behind a [`Lane`](crate::Lane): a channel of its own, on which messages follow one another.
///
/// What was sent is *under way* until it is *settled*. Nothing of it is lost when a future is dropped.
pub trait TransportLane: fmt::Debug + Send {
    /// Whether a message that is sent now would be written now: there is a channel, and the broker takes messages in.
    fn is_open(&self) -> bool;

    /// Waits until it is, and makes a channel if need be. An error when that does not work at present. It may be dropped
    /// at any time.
    fn open(&mut self) -> Answer<'_, ()>;

    /// Hands a message over, under a token of the caller's; several may be under way with the same. It does not wait, and
    /// fails only later, through [`poll_settled`](Self::poll_settled).
    fn send(&mut self, token: u64, message: Arc<Message>);

    /// Adds what has been settled since the last call, and is ready if that is anything. Each token that was sent is
    /// settled once, at the latest after the link is lost. Called after each batch of messages that were sent.
    fn poll_settled(&mut self, context: &mut Context<'_>, settled: &mut Vec<Settled>) -> Poll<()>;

    /// Settles all that is under way with what is certain now, and with [`Outcome::Unknown`](crate::Outcome::Unknown)
    /// else. What the broker says to it afterwards is not listened to.
    fn abandon(&mut self, settled: &mut Vec<Settled>);

    /// How many messages are under way.
    fn under_way(&self) -> usize;

    /// The token of the oldest of them.
    fn oldest(&self) -> Option<u64>;
}

/// What is behind [`Deliveries`](crate::Deliveries). Dropped, it gives back what was not settled.
pub trait TransportDeliveries: fmt::Debug + Send {
    /// The next message. It is polled again and again while more is ready, to take several at once.
    fn poll_next(&mut self, context: &mut Context<'_>) -> NextDelivery;

    /// See [`Deliveries::is_lost`](crate::Deliveries::is_lost).
    fn is_lost(&self) -> bool {
        false
    }

    /// See [`Deliveries::stop`](crate::Deliveries::stop).
    fn stop(&mut self) -> Answer<'_, ()>;

    /// See [`Deliveries::close`](crate::Deliveries::close). The answer means that every settlement has arrived.
    fn close(self: Box<Self>) -> Answer<'static, ()>;
}

/// What is behind a [`Delivery`](crate::Delivery). Dropped, it stays unsettled.
pub trait TransportDelivery: fmt::Debug + Send + Sync {
    /// The bytes.
    fn body(&self) -> &[u8];

    /// The exchange that the message was published to, empty for a dead letter and the default exchange.
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

    /// Whether what it came on is gone.
    fn is_lost(&self) -> bool {
        false
    }

    /// Its place, if it was read from a stream.
    fn offset(&self) -> Option<u64>;

    /// A header, also one of the broker's own.
    fn header(&self, name: &str) -> Option<HeaderValue>;

    /// Where it died last, and of what.
    fn death(&self) -> Option<Death>;

    /// All of it. [`Delivery`](crate::Delivery) takes out what a broker adds on the way, by the names that RabbitMQ has for
    /// it.
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
