//! What comes out of a queue.

use crate::error::BrokerError;
use crate::{amqp, in_process};

/// The messages of a queue, as they come. Made by [`Broker::consume`](crate::Broker::consume).
#[derive(Debug)]
pub struct Deliveries(pub(crate) Inner);

#[derive(Debug)]
pub(crate) enum Inner {
    InProcess(in_process::Subscription),
    Amqp(Box<amqp::Subscription>),
}

impl Deliveries {
    /// The next message; `None` after [`stop`](Self::stop), when none is left that had already come.
    ///
    /// Cancel safe: a message is lost to nobody when the future is dropped.
    ///
    /// When the link is lost this waits until there is a new one, and subscribes again. Messages that came before and
    /// were not settled come again.
    ///
    /// # Errors
    /// When the broker ends the subscription, usually because the queue was deleted, refuses to begin it again, or was
    /// closed by this process. There is nothing more to come after that.
    pub async fn next(&mut self) -> Option<Result<Delivery, BrokerError>> {
        match &mut self.0 {
            Inner::InProcess(subscription) => {
                let delivery = subscription.next().await?;
                Some(Ok(Delivery(InnerDelivery::InProcess(delivery))))
            }
            Inner::Amqp(subscription) => {
                let delivery = subscription.next().await?;
                Some(delivery.map(|delivery| Delivery(InnerDelivery::Amqp(delivery))))
            }
        }
    }

    /// Asks for no more messages. Those that have already come are still given by [`next`](Self::next).
    ///
    /// # Errors
    /// When the broker does not answer.
    pub async fn stop(&mut self) -> Result<(), BrokerError> {
        match &mut self.0 {
            Inner::InProcess(subscription) => {
                subscription.stop();
                Ok(())
            }
            Inner::Amqp(subscription) => subscription.stop().await,
        }
    }

    /// Ends the subscription, after the broker has seen every message settled that was.
    ///
    /// Messages that came and were not settled go back to the queue. So they do when this value is dropped, but then
    /// the last acknowledgements may be lost on the way and their messages come again.
    ///
    /// # Errors
    /// When the link is lost.
    pub async fn close(self) -> Result<(), BrokerError> {
        match self.0 {
            Inner::InProcess(_) => Ok(()),
            Inner::Amqp(subscription) => subscription.close().await,
        }
    }
}

/// A message that has come out of a queue and waits to be settled. Dropped unsettled, it goes back to its queue, at the
/// latest when its [`Deliveries`] end.
#[derive(Debug)]
#[must_use = "an unsettled message comes again"]
pub struct Delivery(InnerDelivery);

#[derive(Debug)]
enum InnerDelivery {
    InProcess(in_process::Unsettled),
    Amqp(Box<amqp::Unsettled>),
}

/// Calls a method that both implementations have.
macro_rules! either {
    ($self:expr, $delivery:ident => $call:expr) => {
        match $self {
            InnerDelivery::InProcess($delivery) => $call,
            InnerDelivery::Amqp($delivery) => $call,
        }
    };
}

impl Delivery {
    /// The bytes, as someone published them: nothing is known of them yet.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        either!(&self.0, delivery => delivery.body())
    }

    /// The routing key under which the message was published.
    #[must_use]
    pub fn routing_key(&self) -> &str {
        either!(&self.0, delivery => delivery.routing_key())
    }

    /// What the properties of the message call its type. A hint: the body decides.
    #[must_use]
    pub fn kind(&self) -> Option<&str> {
        either!(&self.0, delivery => delivery.kind())
    }

    /// What the properties of the message call its id. A hint: the body decides.
    #[must_use]
    pub fn message_id(&self) -> Option<&str> {
        either!(&self.0, delivery => delivery.message_id())
    }

    /// Whether the message has come out of this queue before. It says nothing about whether the event was seen before.
    #[must_use]
    pub fn redelivered(&self) -> bool {
        either!(&self.0, delivery => delivery.redelivered())
    }

    /// Takes the message off the queue for good: it has been dealt with.
    ///
    /// # Errors
    /// When the link that the message came on is lost: nothing has happened, and the message will come again.
    pub async fn ack(self) -> Result<(), BrokerError> {
        match self.0 {
            InnerDelivery::InProcess(delivery) => delivery.ack(),
            InnerDelivery::Amqp(delivery) => return delivery.ack().await,
        }
        Ok(())
    }

    /// Puts the message back, to be tried again; after [`DELIVERY_LIMIT`](crate::DELIVERY_LIMIT) times it is dead.
    ///
    /// # Errors
    /// When the link that the message came on is lost: nothing has happened, and the message will come again.
    pub async fn requeue(self) -> Result<(), BrokerError> {
        match self.0 {
            InnerDelivery::InProcess(delivery) => drop(delivery),
            InnerDelivery::Amqp(delivery) => return delivery.reject(true).await,
        }
        Ok(())
    }

    /// Moves the message to the dead-letter queue: trying again would not help.
    ///
    /// # Errors
    /// When the link that the message came on is lost: nothing has happened, and the message will come again.
    pub async fn reject(self) -> Result<(), BrokerError> {
        match self.0 {
            InnerDelivery::InProcess(delivery) => delivery.reject(),
            InnerDelivery::Amqp(delivery) => return delivery.reject(false).await,
        }
        Ok(())
    }
}
