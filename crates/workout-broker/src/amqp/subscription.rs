//! Reading a queue.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;

use futures_core::Stream;
use lapin::message::Delivery;
use lapin::options::{BasicAckOptions, BasicCancelOptions, BasicConsumeOptions, BasicQosOptions, BasicRejectOptions};
use lapin::types::{FieldTable, ShortString};
use lapin::{Channel, Consumer};

use crate::amqp::link::{Amqp, GOODBYE, answer};
use crate::error::{BrokerError, Kind, of_client};
use crate::prefetch::Prefetch;

/// The client buffers what the broker has sent; the prefetch bounds that.
#[derive(Debug)]
pub(crate) struct Subscription {
    /// Keeps the channel open: acknowledgements go through it.
    channel: Channel,
    consumer: Consumer,
    stopped: bool,
}

impl Amqp {
    pub(crate) async fn consume(&self, queue: &str, prefetch: Prefetch) -> Result<Subscription, BrokerError> {
        let channel = self.consuming_channel().await?;
        answer(channel.basic_qos(prefetch.get(), BasicQosOptions::default())).await?;
        let options = BasicConsumeOptions::default();
        // The broker makes up the tag: two consumers of one queue must not have the same.
        let consumer = channel.basic_consume(queue.into(), "".into(), options, FieldTable::default());
        let consumer = answer(consumer).await?;
        Ok(Subscription { channel, consumer, stopped: false })
    }
}

impl Subscription {
    pub(crate) async fn next(&mut self) -> Option<Result<Unsettled, BrokerError>> {
        match poll_fn(|context| Pin::new(&mut self.consumer).poll_next(context)).await {
            Some(Ok(delivery)) => Some(Ok(Unsettled(delivery))),
            Some(Err(error)) => Some(Err(of_client(error))),
            None if self.stopped => None,
            // We did not ask for an end.
            None => Some(Err(Kind::Cancelled.into())),
        }
    }

    pub(crate) async fn stop(&mut self) -> Result<(), BrokerError> {
        self.stopped = true;
        answer(self.channel.basic_cancel(self.consumer.tag(), BasicCancelOptions::default())).await
    }

    /// The broker answers the end of a channel after it has read what came before on it: the acknowledgements.
    pub(crate) async fn close(self) -> Result<(), BrokerError> {
        let (code, text) = GOODBYE;
        answer(self.channel.close(code, text.into())).await
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

/// `false` is the client's way to say that the channel is gone.
fn settled(answer: lapin::Result<bool>) -> Result<(), BrokerError> {
    match answer {
        Ok(true) => Ok(()),
        Ok(false) => Err(Kind::NotSettled.into()),
        Err(error) => Err(of_client(error)),
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
