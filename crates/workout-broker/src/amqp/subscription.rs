//! Reading a queue.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use lapin::options::{BasicCancelOptions, BasicConsumeOptions, BasicGetOptions, BasicQosOptions};
use lapin::types::FieldTable;
use lapin::{Channel, Consumer};
use tokio::task::JoinSet;
use tokio::time::{Interval, MissedTickBehavior, interval, sleep};
use tracing::{info, warn};

use crate::amqp::backoff::Backoff;
use crate::amqp::broker::{Amqp, GOODBYE, answer};
use crate::amqp::delivery::{Settling, Unsettled};
use crate::amqp::link::LOOK_EVERY;
use crate::amqp::stream::{self, Place};
use crate::error::{BrokerError, Kind};
use crate::prefetch::Prefetch;
use crate::transport::{NextDelivery, Settlement, TransportDelivery};

/// How often the broker may say that there is no such queue before that is the answer: for about two seconds.
const REFUSALS: u32 = 5;

/// A subscription that begins anew when its channel ends and nobody asked for that.
pub(crate) struct Subscription {
    broker: Arc<Amqp>,
    queue: String,
    prefetch: Prefetch,
    /// In a stream.
    place: Option<Place>,
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
    settling: Arc<Settling>,
    consumer: Consumer,
    /// Should the client not tell that the channel is gone.
    looks: Interval,
    stopped: bool,
    /// The client says only once that nothing more comes.
    ended: bool,
}

impl Amqp {
    pub(crate) async fn consume(
        self: &Arc<Self>,
        queue: &str,
        prefetch: Prefetch,
    ) -> Result<Subscription, BrokerError> {
        self.subscribe(queue, prefetch, None).await
    }

    pub(super) async fn subscribe(
        self: &Arc<Self>,
        queue: &str,
        prefetch: Prefetch,
        place: Option<Place>,
    ) -> Result<Subscription, BrokerError> {
        let state = State::Reading(Box::new(self.read(queue, prefetch, place).await?));
        Ok(Subscription { broker: Arc::clone(self), queue: queue.to_owned(), prefetch, place, state })
    }

    pub(super) async fn consumer(
        &self,
        queue: &str,
        prefetch: Prefetch,
        arguments: FieldTable,
    ) -> Result<(Channel, Consumer), BrokerError> {
        let channel = self.consuming_channel().await?;
        answer(channel.basic_qos(prefetch.get(), BasicQosOptions::default())).await?;
        let options = BasicConsumeOptions::default();
        // The broker makes up the tag: two consumers of one queue must not have the same.
        let consumer = answer(channel.basic_consume(queue.into(), "".into(), options, arguments)).await?;
        Ok((channel, consumer))
    }

    async fn read(&self, queue: &str, prefetch: Prefetch, place: Option<Place>) -> Result<Reading, BrokerError> {
        let arguments = place.as_ref().map(Place::arguments).unwrap_or_default();
        let (channel, consumer) = self.consumer(queue, prefetch, arguments).await?;
        let mut looks = interval(LOOK_EVERY);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Ok(Reading { settling: Arc::new(Settling::on(channel)), consumer, looks, stopped: false, ended: false })
    }

    /// Without end while there is no link. A broker that has just started may not know its queues yet, so it has to
    /// refuse a few times before we believe it.
    async fn read_again(&self, queue: &str, prefetch: Prefetch, place: Option<Place>) -> Result<Reading, BrokerError> {
        let mut backoff = Backoff::new();
        let mut refusals = 0;
        loop {
            sleep(backoff.pause()).await;
            self.consuming_again().await?;
            match self.read(queue, prefetch, place).await {
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
    pub(super) fn poll_next(&mut self, context: &mut Context<'_>) -> NextDelivery {
        loop {
            match &mut self.state {
                State::Reading(reading) => match ready!(reading.poll_next(context)) {
                    Some(Next::Message(mut delivery)) => {
                        if let Some(place) = &mut self.place {
                            delivery.offset = stream::offset(&delivery.delivery);
                            if !delivery.offset.is_some_and(|offset| place.moves_to(offset)) {
                                // Makes room for what was asked for.
                                let _ = delivery.poll_settle(Settlement::Ack, context);
                                continue;
                            }
                        }
                        return Poll::Ready(Some(Ok(delivery)));
                    }
                    Some(Next::Cancelled) => {
                        self.state = State::Ended;
                        return Poll::Ready(Some(Err(Kind::Cancelled.into())));
                    }
                    Some(Next::Lost) => self.begin_anew(),
                    None => return Poll::Ready(None),
                },
                State::Again(task) => match ready!(task.poll_join_next(context)) {
                    Some(Ok(Ok(reading))) => {
                        info!(queue = self.queue, "subscribed again");
                        self.state = State::Reading(Box::new(reading));
                    }
                    Some(Ok(Err(error))) => {
                        self.state = State::Ended;
                        return Poll::Ready(Some(Err(error)));
                    }
                    // The runtime ends, and with it everything else.
                    Some(Err(_)) | None => self.state = State::Ended,
                },
                State::Ended => return Poll::Ready(None),
            }
        }
    }

    pub(super) fn is_lost(&self) -> bool {
        matches!(self.state, State::Again(_))
    }

    fn begin_anew(&mut self) {
        warn!(queue = self.queue, "the subscription is lost; what was not settled comes again");
        let (broker, queue) = (Arc::clone(&self.broker), self.queue.clone());
        let (prefetch, place) = (self.prefetch, self.place);
        let mut task = JoinSet::new();
        task.spawn(async move { broker.read_again(&queue, prefetch, place).await });
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
        let State::Reading(mut reading) = self.state else { return Ok(()) };
        // A stream remembers no acknowledgement, and who asks it for a single message loses the connection.
        let passed_on = if self.place.is_some() { Ok(()) } else { reading.pass_on(&self.queue).await };
        match passed_on {
            Ok(()) => answer(reading.settling.channel.close(code, text.into())).await,
            // Without the queue there is nothing that could come again, and the question has ended the channel.
            Err(error) if error.is_not_found() => Ok(()),
            Err(error) => Err(error),
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
    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Next>> {
        let lost = |stopped: bool| if stopped { None } else { Some(Next::Lost) };
        if self.ended {
            return Poll::Ready(None);
        }
        loop {
            // What has come on a channel that is gone cannot be settled any more, and comes again.
            if !self.settling.channel.status().connected() {
                return Poll::Ready(lost(self.stopped));
            }
            if let Poll::Ready(said) = Pin::new(&mut self.consumer).poll_next(context) {
                return Poll::Ready(match said {
                    Some(Ok(delivery)) => {
                        let settling = Arc::downgrade(&self.settling);
                        Some(Next::Message(Box::new(Unsettled { delivery, settling, offset: None })))
                    }
                    Some(Err(error)) => {
                        warn!(error = &error as &dyn std::error::Error, "a subscription has failed");
                        lost(self.stopped)
                    }
                    None if self.stopped => {
                        self.ended = true;
                        None
                    }
                    // The client marks a channel as ended before it ends the consumers on it.
                    None if self.settling.channel.status().connected() => Some(Next::Cancelled),
                    None => Some(Next::Lost),
                });
            }
            ready!(self.looks.poll_tick(context));
        }
    }

    async fn stop(&mut self) -> Result<(), BrokerError> {
        self.stopped = true;
        let channel = &self.settling.channel;
        match answer(channel.basic_cancel(self.consumer.tag(), BasicCancelOptions::default())).await {
            Ok(()) => {
                self.settling.passed_on();
                Ok(())
            }
            // Nothing comes on it any more either.
            Err(_) if !channel.status().connected() => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Sees to it that the queue has every settlement. A channel of RabbitMQ has 32 of them under way to a quorum queue,
    /// keeps the others until it hears of these, and forgets them when it ends. What the queue itself has to answer comes
    /// after those 32, and then the channel passes on the rest.
    async fn pass_on(&mut self, queue: &str) -> Result<(), BrokerError> {
        if !self.stopped {
            return self.stop().await;
        }
        if self.settling.may_be_kept() {
            // A message that this gets goes back with the end of the channel.
            let asked = self.settling.channel.basic_get(queue.into(), BasicGetOptions { no_ack: false });
            answer(asked).await?;
        }
        Ok(())
    }
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
