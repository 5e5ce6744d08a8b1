//! What comes out of a queue.

use std::future::poll_fn;
use std::task::{Context, Poll};

use workout_events::amqp::{HeaderValue, Message};

use crate::error::{BrokerError, Kind};
use crate::message;
use crate::transport::{Settlement, TransportDeliveries, TransportDelivery};

/// The messages of a queue, as they come. Made by [`Broker::consume`](crate::Broker::consume).
#[derive(Debug)]
pub struct Deliveries {
    transport: Box<dyn TransportDeliveries>,
    /// What came behind messages that were taken at once.
    error: Option<BrokerError>,
}

impl Deliveries {
    pub(crate) fn new(transport: Box<dyn TransportDeliveries>) -> Self {
        Self { transport, error: None }
    }

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
        poll_fn(|context| self.poll_next(context)).await
    }

    /// As [`next`](Self::next), for those who write futures of their own. While it is ready there may be more.
    pub fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Delivery, BrokerError>>> {
        if let Some(error) = self.error.take() {
            return Poll::Ready(Some(Err(error)));
        }
        self.transport.poll_next(context).map(|next| Some(next?.map(Delivery)))
    }

    /// The messages that have come, up to `most` and at least one: for those who work on several together and settle them
    /// with one [`ack_through`](Delivery::ack_through). Otherwise as [`next`](Self::next).
    ///
    /// # Errors
    /// As for [`next`](Self::next), when no message came before it.
    pub async fn next_batch(&mut self, most: usize) -> Option<Result<Vec<Delivery>, BrokerError>> {
        poll_fn(|context| self.poll_batch(most.max(1), context)).await
    }

    fn poll_batch(
        &mut self,
        most: usize,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Vec<Delivery>, BrokerError>>> {
        let mut batch = Vec::new();
        while batch.len() < most {
            match self.poll_next(context) {
                Poll::Ready(Some(Ok(delivery))) => batch.push(delivery),
                Poll::Ready(Some(Err(error))) if batch.is_empty() => return Poll::Ready(Some(Err(error))),
                Poll::Ready(Some(Err(error))) => {
                    self.error = Some(error);
                    break;
                }
                Poll::Ready(None) if batch.is_empty() => return Poll::Ready(None),
                Poll::Pending if batch.is_empty() => return Poll::Pending,
                Poll::Ready(None) | Poll::Pending => break,
            }
        }
        Poll::Ready(Some(Ok(batch)))
    }

    /// Whether the subscription was lost and has not begun again yet, as far as the last look at [`next`](Self::next) has
    /// shown. The link may be up all the same: the broker may refuse the subscription, and is asked again.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        self.transport.is_lost()
    }

    /// Asks for no more messages. Those that have already come are still given by [`next`](Self::next).
    ///
    /// # Errors
    /// When the broker does not answer.
    pub async fn stop(&mut self) -> Result<(), BrokerError> {
        self.transport.stop().await
    }

    /// Ends the subscription, after the broker has seen every message settled that was.
    ///
    /// Messages that came and were not settled go back to the queue. So they do when this value is dropped, but then
    /// the last acknowledgements may be lost on the way and their messages come again.
    ///
    /// # Errors
    /// When the link is lost.
    pub async fn close(self) -> Result<(), BrokerError> {
        self.transport.close().await
    }
}

/// How a message left a queue that had given it up.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Death {
    /// The queue.
    pub queue: String,
    /// In the words of RabbitMQ: `rejected`, `delivery_limit`, `expired`, `maxlen`.
    pub reason: String,
}

impl Death {
    /// For those who write a transport.
    #[must_use]
    pub fn new(queue: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { queue: queue.into(), reason: reason.into() }
    }
}

/// A message that has come out of a queue and waits to be settled. Dropped unsettled, it goes back to its queue when its
/// [`Deliveries`] end.
#[derive(Debug)]
#[must_use = "an unsettled message comes again"]
pub struct Delivery(Box<dyn TransportDelivery>);

impl Delivery {
    /// The bytes, as someone published them: nothing is known of them yet.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        self.0.body()
    }

    /// The exchange that the message was published to, empty for a dead letter and for what was published to a queue by its
    /// name.
    #[must_use]
    pub fn exchange(&self) -> &str {
        self.0.exchange()
    }

    /// The routing key under which the message was published.
    #[must_use]
    pub fn routing_key(&self) -> &str {
        self.0.routing_key()
    }

    /// What the properties of the message call its type. A hint: the body decides.
    #[must_use]
    pub fn kind(&self) -> Option<&str> {
        self.0.kind()
    }

    /// What the properties of the message call its id. A hint: the body decides.
    #[must_use]
    pub fn message_id(&self) -> Option<&str> {
        self.0.message_id()
    }

    /// Whether the message has come out of this queue before. It says nothing about whether the event was seen before.
    #[must_use]
    pub fn redelivered(&self) -> bool {
        self.0.redelivered()
    }

    /// How often the message has come back to this queue, by the count of the broker, whatever its publisher says. What
    /// counts differs: RabbitMQ 3.10 and 4.0 count whatever was not settled; 4.3, as its documentation has it, a process or a
    /// link that ended, and not what was put back or held for too long.
    #[must_use]
    pub fn returns(&self) -> u32 {
        self.0.returns()
    }

    /// Whether what the message came on is gone, so that it comes again whatever is said of it: for those who have many and
    /// have not begun with all of them. What was read from a stream does not come again, and is never lost.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        self.offset().is_none() && self.0.is_lost()
    }

    /// The place of the message in its stream, if it was read from one: they count from zero, without a gap.
    #[must_use]
    pub fn offset(&self) -> Option<u64> {
        self.0.offset()
    }

    /// A header that is text or an integer, also one that the broker has added. Without looking at the rest of the message.
    ///
    /// `x-first-death-queue` and `x-first-death-reason` of a dead letter are those of its first death in this life: of a
    /// message that has waited in a delay queue, that one and `expired`. See [`death`](Self::death).
    #[must_use]
    pub fn header(&self, name: &str) -> Option<HeaderValue> {
        self.0.header(name)
    }

    /// Where the message died last, and of what: what brought it into a dead-letter queue, or out of a delay queue. It is
    /// believed of the broker, but on RabbitMQ 3.10 who publishes a message can forge it.
    #[must_use]
    pub fn death(&self) -> Option<Death> {
        self.0.death()
    }

    /// All of it, with its properties and those headers that are text or integers, to be stored or published again. So it
    /// is without what the broker adds to a message on its way: how often it came back, where it died first. A message
    /// that carried this into its next life would be said to die there of what it died of here.
    ///
    /// A message without a type or an id has an empty one here.
    #[must_use]
    pub fn message(&self) -> Message {
        message::published_again(self.0.message())
    }

    /// Takes the message off the queue for good: it has been dealt with.
    ///
    /// A settlement has no answer: `Ok` means that it is on its way, and [`Deliveries::close`] that it has arrived. A
    /// message of a stream stays where it is, and makes room for the next.
    ///
    /// # Errors
    /// When the link that the message came on is lost: nothing has happened, and the message will come again.
    pub async fn ack(self) -> Result<(), BrokerError> {
        self.settle(Settlement::Ack).await
    }

    /// As [`ack`](Self::ack), for this message and all that came before it from the same [`Deliveries`] and are not
    /// settled: one word for a whole batch. Drop the others afterwards.
    ///
    /// # Errors
    /// As for [`ack`](Self::ack).
    pub async fn ack_through(self) -> Result<(), BrokerError> {
        self.settle(Settlement::AckThrough).await
    }

    /// Puts the message back, to be tried again; after [`DELIVERY_LIMIT`](crate::DELIVERY_LIMIT) times it is dead.
    ///
    /// # Errors
    /// When the link that the message came on is lost: nothing has happened, and the message will come again. When it was
    /// read from a stream, to which nothing can be put back: it counts as acknowledged.
    pub async fn requeue(self) -> Result<(), BrokerError> {
        self.settle(Settlement::Requeue).await
    }

    /// Moves the message to the dead-letter queue: trying again would not help.
    ///
    /// # Errors
    /// When the link that the message came on is lost: nothing has happened, and the message will come again. When it was
    /// read from a stream, which has no dead letters: it counts as acknowledged.
    pub async fn reject(self) -> Result<(), BrokerError> {
        self.settle(Settlement::Reject).await
    }

    async fn settle(mut self, settlement: Settlement) -> Result<(), BrokerError> {
        if self.offset().is_some() {
            return self.settle_of_a_stream(settlement).await;
        }
        poll_fn(|context| self.0.poll_settle(settlement, context)).await
    }

    /// Which makes room for more, and nothing else. RabbitMQ 3.10 ends the connection of who says something else.
    async fn settle_of_a_stream(mut self, settlement: Settlement) -> Result<(), BrokerError> {
        let (said, possible) = match settlement {
            Settlement::Ack | Settlement::AckThrough => (settlement, Ok(())),
            Settlement::Requeue | Settlement::Reject => (Settlement::Ack, Err(Kind::Stream.into())),
        };
        match poll_fn(|context| self.0.poll_settle(said, context)).await {
            // It does not come again, and there is room on the new link.
            Err(error) if error.is_not_settled() => possible,
            settled => settled.and(possible),
        }
    }
}
