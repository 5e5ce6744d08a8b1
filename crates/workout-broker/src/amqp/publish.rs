//! Publishing on a channel: messages follow one another, and each has its own outcome.

use std::fmt;
use std::mem;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use lapin::options::{BasicPublishOptions, ConfirmSelectOptions};
use lapin::{Channel, Confirmation, ErrorKind};
use tokio::runtime::Handle;
use tracing::warn;
use workout_events::amqp::Message;

use crate::amqp::attribution::{Attributed, Fate, Said, UnderWay};
use crate::amqp::broker::{Amqp, answer};
use crate::amqp::properties::properties;
use crate::error::{BrokerError, Kind, of_client};
use crate::lane::Settled;
use crate::outcome::Outcome;
use crate::transport::{Answer, TransportLane};

/// A channel in confirm mode, and what is under way on it. It is opened when it is needed, and given up when it has
/// ended or when its answers can no longer be told apart.
pub(super) struct AmqpLane<P: Answering> {
    link: Arc<Amqp>,
    channel: Option<Arc<Channel>>,
    under_way: UnderWay<Publishing<P>>,
    publish: fn(Arc<Channel>, Arc<Message>, Arc<Node>) -> P,
    /// Knows for which messages something has been said.
    bell: Arc<Bell>,
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
            bell: Arc::default(),
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

async fn publish(channel: Arc<Channel>, message: Arc<Message>, node: Arc<Node>) -> lapin::Result<Confirmation> {
    let (exchange, routing_key) = ((&*message.exchange).into(), (&*message.routing_key).into());
    let options = BasicPublishOptions { mandatory: true, ..BasicPublishOptions::default() };
    let confirmation =
        channel.basic_publish(exchange, routing_key, options, &message.body, properties(&message)).await?;
    node.written.store(true, Ordering::Relaxed);
    confirmation.await
}

impl<P: Answering> TransportLane for AmqpLane<P> {
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
        let publish = |node| (self.publish)(channel, Arc::clone(&message), node);
        let mut publishing = match self.under_way.spare() {
            Some(spare) => spare.again(publish),
            None => Publishing::new(publish, &self.bell),
        };
        publishing.node.number.store(self.under_way.next(), Ordering::Relaxed);
        // The first look hands the message over to the client. It has an answer only if the channel has ended.
        let said = publishing.start();
        if said.is_some() {
            self.bell.ring();
        }
        self.under_way.push(token, message, publishing, said);
        self.sent = true;
    }

    fn poll_settled(&mut self, context: &mut Context<'_>, settled: &mut Vec<Settled>) -> Poll<()> {
        self.bell.wakes(context.waker());
        // Messages are written in their order, most often all at once: when the first or the last is, it is time to ask the
        // others. The bell tells, unless it is so already.
        if mem::take(&mut self.sent) {
            let mut written = false;
            let answered = self.under_way.ask_ends(|publishing| {
                let said = publishing.ask();
                written |= publishing.node.written.load(Ordering::Relaxed);
                said
            });
            if answered || written {
                self.bell.ring();
            }
        }
        let before = settled.len();
        settled.append(&mut self.settled);
        let mut attributed = Vec::new();
        while self.bell.has_rung() {
            if self.under_way.look(|woken| self.bell.take(woken), Publishing::ask, &mut attributed) {
                self.bell.ring();
            }
        }
        if self.under_way.is_broken() {
            let_go(self.under_way.abandon(&mut attributed));
            self.channel = None;
        }
        settle(attributed, settled);
        if settled.len() > before { Poll::Ready(()) } else { Poll::Pending }
    }

    fn abandon(&mut self, settled: &mut Vec<Settled>) {
        // What is certain now shall be told.
        self.bell.ring();
        let _ = self.poll_settled(&mut Context::from_waker(Waker::noop()), settled);
        let mut attributed = Vec::new();
        let_go(self.under_way.abandon(&mut attributed));
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

fn settle(attributed: Vec<Attributed>, settled: &mut Vec<Settled>) {
    let (mut lost, mut reason) = (0_usize, None);
    settled.extend(attributed.into_iter().map(|Attributed { token, fate }| match fate {
        Fate::Known(outcome) => Settled::new(token, Ok(outcome)),
        Fate::Failed { error, alone } if was_not_taken(&error, alone) => Settled::new(token, Err(of_client(error))),
        Fate::Failed { error, .. } => {
            let suspect = error.is_amqp_soft_error();
            lost += 1;
            reason = Some(error);
            if suspect { Settled::suspect(token) } else { Settled::new(token, Ok(Outcome::Unknown)) }
        }
    }));
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

impl<P: Answering> Drop for AmqpLane<P> {
    fn drop(&mut self) {
        let_go(self.under_way.abandon(&mut Vec::new()));
    }
}

/// A channel that ends while a message is half written takes the connection with it, because the rest of the message is not
/// written any more: the broker calls that an unexpected frame. So the channel stays until all of them have been.
fn let_go<P: Answering>(publishing: Vec<Publishing<P>>) {
    let unwritten: Vec<_> =
        publishing.into_iter().filter(|publishing| !publishing.node.written.load(Ordering::Relaxed)).collect();
    if let (false, Ok(runtime)) = (unwritten.is_empty(), Handle::try_current()) {
        runtime.spawn(async move {
            for publishing in unwritten {
                // Each holds the channel, and ends at the latest with the connection.
                let _ = publishing.future.await;
            }
        });
    }
}

impl<P: Answering> fmt::Debug for AmqpLane<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AmqpLane")
            .field("link", &self.link)
            .field("under_way", &self.under_way.len())
            .finish_non_exhaustive()
    }
}

/// A future that publishes a message and waits for what is said to it.
pub(super) trait Answering: Future<Output = lapin::Result<Confirmation>> + Send + 'static {}

impl<P: Future<Output = lapin::Result<Confirmation>> + Send + 'static> Answering for P {}

/// A message that is being published. Its parts are used again for another one, which saves large allocations.
struct Publishing<P> {
    future: Pin<Box<P>>,
    node: Arc<Node>,
    waker: Waker,
}

impl<P: Answering> Publishing<P> {
    fn new(publish: impl FnOnce(Arc<Node>) -> P, bell: &Arc<Bell>) -> Self {
        let node =
            Arc::new(Node { number: AtomicU64::new(0), written: AtomicBool::new(false), bell: Arc::clone(bell) });
        Self { future: Box::pin(publish(Arc::clone(&node))), waker: Arc::clone(&node).into(), node }
    }

    fn again(mut self, publish: impl FnOnce(Arc<Node>) -> P) -> Self {
        self.node.written.store(false, Ordering::Relaxed);
        let future = publish(Arc::clone(&self.node));
        self.future.set(future);
        self
    }

    fn start(&mut self) -> Option<Said> {
        said(self.future.as_mut().poll(&mut Context::from_waker(Waker::noop())))
    }

    /// Takes what is said; if that is nothing, the bell rings when there is something.
    fn ask(&mut self) -> Option<Said> {
        said(self.future.as_mut().poll(&mut Context::from_waker(&self.waker)))
    }
}

fn said(answer: Poll<lapin::Result<Confirmation>>) -> Option<Said> {
    match answer {
        Poll::Ready(answer) => Some(answer.into()),
        Poll::Pending => None,
    }
}

/// What the client wakes when it has something to say to a message.
pub(super) struct Node {
    number: AtomicU64,
    /// The client has written the message to its socket.
    written: AtomicBool,
    bell: Arc<Bell>,
}

impl Wake for Node {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.bell.ring_for(self.number.load(Ordering::Relaxed));
    }
}

/// Rings for messages, and wakes the task that waits for answers. That also runs for other reasons, and shall not look at
/// everything each time.
#[derive(Default)]
struct Bell(Mutex<Rung>);

#[derive(Default)]
struct Rung {
    /// Since somebody came.
    again: bool,
    messages: Vec<u64>,
    task: Option<Waker>,
}

impl Bell {
    fn locked(&self) -> MutexGuard<'_, Rung> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ring_for(&self, message: u64) {
        let mut bell = self.locked();
        bell.messages.push(message);
        // Whoever has been woken comes.
        if !mem::replace(&mut bell.again, true) {
            let task = bell.task.clone();
            drop(bell);
            if let Some(task) = task {
                task.wake();
            }
        }
    }

    /// For the task itself.
    fn ring(&self) {
        self.locked().again = true;
    }

    fn has_rung(&self) -> bool {
        mem::take(&mut self.locked().again)
    }

    /// For which messages it has rung.
    fn take(&self, messages: &mut Vec<u64>) {
        messages.append(&mut self.locked().messages);
    }

    /// Whom it wakes from now on.
    fn wakes(&self, task: &Waker) {
        let mut bell = self.locked();
        if !bell.task.as_ref().is_some_and(|current| current.will_wake(task)) {
            bell.task = Some(task.clone());
        }
    }
}
