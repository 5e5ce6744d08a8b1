//! Publishing on a channel: messages follow one another, and each has its own outcome.

use std::fmt;
use std::mem;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use lapin::options::{BasicPublishOptions, ConfirmSelectOptions};
use lapin::{Channel, Confirmation, ErrorKind};
use tracing::warn;
use workout_events::amqp::Message;

use crate::amqp::attribution::{Fate, Said, Settled as Attributed, UnderWay};
use crate::amqp::broker::{Amqp, answer};
use crate::amqp::properties::properties;
use crate::error::{BrokerError, Kind, of_client};
use crate::outcome::Outcome;
use crate::transport::{Answer, Settled, TransportLane};

/// A channel in confirm mode, and what is under way on it. It is opened when it is needed, and given up when it has
/// ended or when its answers can no longer be told apart.
pub(super) struct AmqpLane<P> {
    link: Arc<Amqp>,
    channel: Option<Arc<Channel>>,
    under_way: UnderWay<Pin<Box<P>>>,
    publish: fn(Arc<Channel>, Arc<Message>) -> P,
    /// Something may have been said since the last look.
    said: Arc<Bell>,
    /// Messages were sent since the last look.
    sent: bool,
    /// What was settled while nobody asked.
    settled: Vec<Settled>,
}

impl Amqp {
    pub(super) fn new_lane(self: &Arc<Self>) -> Box<dyn TransportLane> {
        Box::new(AmqpLane {
            link: Arc::clone(self),
            channel: None,
            under_way: UnderWay::default(),
            publish,
            said: Arc::default(),
            sent: false,
            settled: Vec::new(),
        })
    }

    async fn confirming_channel(&self) -> Result<Channel, BrokerError> {
        let channel = self.publishing_channel().await?;
        answer(channel.confirm_select(ConfirmSelectOptions::default())).await?;
        Ok(channel)
    }
}

type Publishing = lapin::Result<Confirmation>;

async fn publish(channel: Arc<Channel>, message: Arc<Message>) -> Publishing {
    let (exchange, routing_key) = ((&*message.exchange).into(), (&*message.routing_key).into());
    let options = BasicPublishOptions { mandatory: true, ..BasicPublishOptions::default() };
    channel.basic_publish(exchange, routing_key, options, &message.body, properties(&message)).await?.await
}

impl<P: Future<Output = Publishing> + Send + 'static> TransportLane for AmqpLane<P> {
    fn is_open(&self) -> bool {
        !self.link.is_blocked() && self.channel.as_ref().is_some_and(|channel| channel.status().connected())
    }

    fn open(&mut self) -> Answer<'_, ()> {
        Box::pin(async {
            self.link.unblocked().await?;
            if !self.is_open() {
                // The answers of two channels must not be mixed. One that has ended says nothing more.
                let mut settled = Vec::new();
                self.abandon(&mut settled);
                self.settled.append(&mut settled);
                self.channel = Some(Arc::new(self.link.confirming_channel().await?));
            }
            Ok(())
        })
    }

    fn send(&mut self, token: u64, message: Arc<Message>) {
        let Some(channel) = self.channel.clone() else {
            return self.settled.push(Settled::new(token, Err(Kind::Down.into())));
        };
        let publishing = (self.publish)(channel, Arc::clone(&message));
        let mut publishing = match self.under_way.spare() {
            // In the place of one that has ended, which saves a large allocation.
            Some(mut spare) => {
                spare.set(publishing);
                spare
            }
            None => Box::pin(publishing),
        };
        // The first look hands the message over to the client.
        let bell = self.said.waker();
        let waker = if self.under_way.watches_all() { &bell } else { Waker::noop() };
        let said = look(&mut publishing, waker);
        if said.is_some() {
            self.said.ring();
        }
        self.under_way.push(token, message, publishing, said);
        self.sent = true;
    }

    fn poll_settled(&mut self, context: &mut Context<'_>, settled: &mut Vec<Settled>) -> Poll<()> {
        self.said.wakes(context.waker());
        let bell = self.said.waker();
        if mem::take(&mut self.sent) && self.under_way.end_of_batch(|publishing| look(publishing, &bell)) {
            self.said.ring();
        }
        let before = settled.len();
        settled.append(&mut self.settled);
        let mut attributed = Vec::new();
        while self.said.has_rung() {
            let watch = |publishing: &mut _, watched| look(publishing, if watched { &bell } else { Waker::noop() });
            if self.under_way.look(watch, &mut attributed) {
                self.said.ring();
            }
        }
        if self.under_way.is_broken() {
            self.under_way.abandon(&mut attributed);
            self.channel = None;
        }
        settle(attributed, settled);
        if settled.len() > before { Poll::Ready(()) } else { Poll::Pending }
    }

    fn abandon(&mut self, settled: &mut Vec<Settled>) {
        // What is certain now shall be told.
        self.said.ring();
        let _ = self.poll_settled(&mut Context::from_waker(Waker::noop()), settled);
        let mut attributed = Vec::new();
        self.under_way.abandon(&mut attributed);
        if !attributed.is_empty() {
            warn!(messages = attributed.len(), "the broker did not say in time what became of messages");
        }
        settle(attributed, settled);
        self.channel = None;
    }

    fn under_way(&self) -> usize {
        self.under_way.len() + self.settled.len()
    }

    fn oldest(&self) -> Option<u64> {
        let settled = self.settled.first().map(|settled| settled.token);
        settled.or_else(|| self.under_way.oldest())
    }
}

/// Takes what is said, if it is there.
fn look<P: Future<Output = Publishing>>(publishing: &mut Pin<Box<P>>, waker: &Waker) -> Option<Said> {
    match publishing.as_mut().poll(&mut Context::from_waker(waker)) {
        Poll::Ready(said) => Some(said.into()),
        Poll::Pending => None,
    }
}

fn settle(attributed: Vec<Attributed>, settled: &mut Vec<Settled>) {
    let (mut lost, mut reason) = (0_usize, None);
    for Attributed { token, fate } in attributed {
        let outcome = match fate {
            Fate::Known(outcome) => Ok(outcome),
            Fate::Failed { error, alone } if was_not_taken(&error, alone) => Err(of_client(error)),
            Fate::Failed { error, .. } => {
                lost += 1;
                reason = Some(error);
                Ok(Outcome::Unknown)
            }
        };
        settled.push(Settled::new(token, outcome));
    }
    if let Some(reason) = reason {
        let error = of_client(reason);
        warn!(messages = lost, error = &error as &dyn std::error::Error, "the fate of messages is unknown");
    }
}

/// The client looks at the state of the channel before it takes a message; and the only message that can be the reason
/// why the broker closed a channel is the reason.
fn was_not_taken(error: &lapin::Error, alone: bool) -> bool {
    matches!(error.kind(), ErrorKind::InvalidChannelState(_, "basic.publish")) || alone && error.is_amqp_soft_error()
}

impl<P> fmt::Debug for AmqpLane<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AmqpLane")
            .field("link", &self.link)
            .field("under_way", &self.under_way.len())
            .finish_non_exhaustive()
    }
}

/// Rings when a message that is watched has its answer. The task that waits for answers also runs for other reasons, and
/// shall not look at everything each time.
#[derive(Default)]
struct Bell {
    rung: AtomicBool,
    task: Mutex<Option<Waker>>,
}

impl Bell {
    fn waker(self: &Arc<Self>) -> Waker {
        Arc::clone(self).into()
    }

    fn ring(&self) {
        self.rung.store(true, Ordering::Release);
    }

    fn has_rung(&self) -> bool {
        self.rung.swap(false, Ordering::AcqRel)
    }

    /// Whom it wakes from now on.
    fn wakes(&self, task: &Waker) {
        let mut current = self.task.lock().unwrap_or_else(PoisonError::into_inner);
        if !current.as_ref().is_some_and(|current| current.will_wake(task)) {
            *current = Some(task.clone());
        }
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.ring();
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(task) = task {
            task.wake();
        }
    }
}
