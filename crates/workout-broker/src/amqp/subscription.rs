//! Reading a queue.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;

use futures_core::Stream;
use lapin::message::Delivery;
use lapin::options::{BasicAckOptions, BasicCancelOptions, BasicConsumeOptions, BasicQosOptions, BasicRejectOptions};
use lapin::types::{FieldTable, ShortString};
use lapin::{Channel, Consumer};
use tokio::task::JoinSet;
use tokio::time::sleep;
use tracing::{info, warn};

use crate::amqp::backoff::Backoff;
use crate::amqp::broker::{Amqp, GOODBYE, answer};
use crate::amqp::link::LOOK_EVERY;
use crate::error::{BrokerError, Kind};
use crate::prefetch::Prefetch;

/// How often the broker may say that there is no such queue before that is the answer: for about two seconds.
const REFUSALS: u32 = 5;

/// A subscription that begins anew when its channel ends and nobody asked for that.
pub(crate) struct Subscription {
    broker: Arc<Amqp>,
    queue: String,
    prefetch: Prefetch,
    state: State,
}

enum State {
    Reading(Box<Reading>),
    /// Begins anew. In a task of its own, so that it goes on whoever drops the future that waits for it.
    Again(JoinSet<Result<Reading, BrokerError>>),
    Ended,
}

/// The client buffers what the broker has sent; the prefetch bounds that.
struct Reading {
    /// Keeps the channel open: acknowledgements go through it.
    channel: Channel,
    consumer: Consumer,
    stopped: bool,
}

impl Amqp {
    pub(crate) async fn consume(
        self: &Arc<Self>,
        queue: &str,
        prefetch: Prefetch,
    ) -> Result<Subscription, BrokerError> {
        let state = State::Reading(Box::new(self.read(queue, prefetch).await?));
        Ok(Subscription { broker: Arc::clone(self), queue: queue.to_owned(), prefetch, state })
    }

    async fn read(&self, queue: &str, prefetch: Prefetch) -> Result<Reading, BrokerError> {
        let channel = self.consuming_channel().await?;
        answer(channel.basic_qos(prefetch.get(), BasicQosOptions::default())).await?;
        let options = BasicConsumeOptions::default();
        // The broker makes up the tag: two consumers of one queue must not have the same.
        let consumer = channel.basic_consume(queue.into(), "".into(), options, FieldTable::default());
        let consumer = answer(consumer).await?;
        Ok(Reading { channel, consumer, stopped: false })
    }

    /// Without end while there is no link. A broker that has just started may not know its queues yet, so it has to
    /// refuse a few times before we believe it.
    async fn read_again(&self, queue: &str, prefetch: Prefetch) -> Result<Reading, BrokerError> {
        let mut backoff = Backoff::new();
        let mut refusals = 0;
        loop {
            sleep(backoff.pause()).await;
            self.consuming_again().await?;
            match self.read(queue, prefetch).await {
                Err(error) if error.is_transient() => {
                    warn!(queue, error = &error as &dyn std::error::Error, "not subscribed again yet");
                }
                Err(_) if refusals < REFUSALS => refusals += 1,
                decided => return decided,
            }
        }
    }
}

impl Subscription {
    pub(crate) async fn next(&mut self) -> Option<Result<Box<Unsettled>, BrokerError>> {
        loop {
            match &mut self.state {
                State::Reading(reading) => match reading.next().await {
                    Some(Next::Message(delivery)) => return Some(Ok(delivery)),
                    Some(Next::Cancelled) => {
                        self.state = State::Ended;
                        return Some(Err(Kind::Cancelled.into()));
                    }
                    Some(Next::Lost) => self.begin_anew(),
                    None => return None,
                },
                State::Again(task) => match task.join_next().await {
                    Some(Ok(Ok(reading))) => {
                        info!(queue = self.queue, "subscribed again");
                        self.state = State::Reading(Box::new(reading));
                    }
                    Some(Ok(Err(error))) => {
                        self.state = State::Ended;
                        return Some(Err(error));
                    }
                    // The runtime ends, and with it everything else.
                    Some(Err(_)) | None => self.state = State::Ended,
                },
                State::Ended => return None,
            }
        }
    }

    fn begin_anew(&mut self) {
        warn!(queue = self.queue, "the subscription is lost; what was not settled comes again");
        let (broker, queue, prefetch) = (Arc::clone(&self.broker), self.queue.clone(), self.prefetch);
        let mut task = JoinSet::new();
        task.spawn(async move { broker.read_again(&queue, prefetch).await });
        self.state = State::Again(task);
    }

    pub(crate) async fn stop(&mut self) -> Result<(), BrokerError> {
        match &mut self.state {
            State::Reading(reading) => reading.stop().await,
            State::Again(_) | State::Ended => {
                self.state = State::Ended;
                Ok(())
            }
        }
    }

    /// The broker answers the end of a channel after it has read what came before on it: the acknowledgements.
    pub(crate) async fn close(self) -> Result<(), BrokerError> {
        let (code, text) = GOODBYE;
        match self.state {
            State::Reading(reading) => answer(reading.channel.close(code, text.into())).await,
            State::Again(_) | State::Ended => Ok(()),
        }
    }
}

enum Next {
    Message(Box<Unsettled>),
    /// The broker ended the subscription and nothing else.
    Cancelled,
    Lost,
}

impl Reading {
    async fn next(&mut self) -> Option<Next> {
        let Self { channel, consumer, stopped } = self;
        loop {
            // What has come on a channel that is gone cannot be settled any more, and comes again.
            if !channel.status().connected() {
                return if *stopped { None } else { Some(Next::Lost) };
            }
            tokio::select! {
                biased;
                said = next_of(consumer) => match said {
                    Some(Ok(delivery)) => return Some(Next::Message(Box::new(Unsettled(delivery)))),
                    Some(Err(error)) => {
                        warn!(error = &error as &dyn std::error::Error, "a subscription has failed");
                        return if *stopped { None } else { Some(Next::Lost) };
                    }
                    None if *stopped => return None,
                    // The client marks a channel as ended before it ends the consumers on it.
                    None if channel.status().connected() => return Some(Next::Cancelled),
                    None => return Some(Next::Lost),
                },
                // Should the client not have told.
                () = sleep(LOOK_EVERY) => {}
            }
        }
    }

    async fn stop(&mut self) -> Result<(), BrokerError> {
        self.stopped = true;
        match answer(self.channel.basic_cancel(self.consumer.tag(), BasicCancelOptions::default())).await {
            // Nothing comes on it any more either.
            Err(_) if !self.channel.status().connected() => Ok(()),
            answer => answer,
        }
    }
}

async fn next_of(consumer: &mut Consumer) -> Option<lapin::Result<Delivery>> {
    poll_fn(|context| Pin::new(&mut *consumer).poll_next(context)).await
}

/// Without the client's state, which may have messages in it.
impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match &self.state {
            State::Reading(reading) if reading.stopped => "stopped",
            State::Reading(_) => "reading",
            State::Again(_) => "subscribing again",
            State::Ended => "ended",
        };
        f.debug_struct("Subscription").field("queue", &self.queue).field("state", &state).finish_non_exhaustive()
    }
}

pub(crate) struct Unsettled(Delivery);

impl Unsettled {
    pub(crate) fn body(&self) -> &[u8] {
        &self.0.data
    }

    pub(crate) fn routing_key(&self) -> &str {
        self.0.routing_key.as_str()
    }

    pub(crate) fn kind(&self) -> Option<&str> {
        self.0.properties.kind().as_ref().map(ShortString::as_str)
    }

    pub(crate) fn message_id(&self) -> Option<&str> {
        self.0.properties.message_id().as_ref().map(ShortString::as_str)
    }

    pub(crate) fn redelivered(&self) -> bool {
        self.0.redelivered
    }

    pub(crate) async fn ack(self) -> Result<(), BrokerError> {
        settled(self.0.ack(BasicAckOptions::default()).await)
    }

    /// Rejected and not nacked: newer brokers count only the former towards the delivery limit.
    pub(crate) async fn reject(self, requeue: bool) -> Result<(), BrokerError> {
        settled(self.0.reject(BasicRejectOptions { requeue }).await)
    }
}

/// `false` is the client's way to say that the channel is gone. There is no other reason: a settlement is not answered.
fn settled(answer: lapin::Result<bool>) -> Result<(), BrokerError> {
    match answer {
        Ok(true) => Ok(()),
        Ok(false) => Err(Kind::NotSettled(None).into()),
        Err(error) => Err(Kind::NotSettled(Some(error)).into()),
    }
}

/// Without the message, which may say something private.
impl fmt::Debug for Unsettled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unsettled")
            .field("delivery_tag", &self.0.delivery_tag)
            .field("message_id", &self.message_id())
            .finish_non_exhaustive()
    }
}
