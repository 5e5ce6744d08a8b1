//! What everything shares that works on messages of one consumer.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::time::sleep;
use tracing::{error, warn};
use workout_broker::{Broker, BrokerError, Delivery, Outcome, Queue};
use workout_events::amqp::Message;
use workout_events::jiff::Timestamp;

use crate::handler::{Class, Failure};
use crate::health::ConsumerHealth;
use crate::letter::{Death, Letter, Reason, error_chain};
use crate::retries::{Step, jitter};
use crate::run::gate::Gate;
use crate::run::post::Post;
use crate::run::report::Tally;
use crate::settings::{LONGEST, Settings};

/// The pause after a letter that was not taken, doubled with each one that follows.
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// The longest pause. A consumer whose handlers all have a letter in hands is back when these are taken, within 5 seconds.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// How long a message at most waits in this process that cannot wait at the broker.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// How often a message has come back that is handled alone. Once is what a lost link does to all that are out.
const SUSPECT: u32 = 2;

/// What a consumer is, once it runs.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) queue: Queue,
    pub(crate) name: Arc<str>,
    pub(crate) settings: Settings,
    pub(crate) broker: Broker,
    pub(crate) post: Post,
    pub(crate) gate: Gate,
    pub(crate) health: ConsumerHealth,
    /// What comes out is a history, most of which is about somebody else's business.
    pub(crate) history: bool,
    /// One message at a time is out.
    careful: AtomicBool,
    /// Messages wait that came before others, and are not to be settled with them.
    has_suspects: AtomicBool,
    /// What is out is given back, and nothing of it is begun any more.
    gives_back: AtomicBool,
}

/// What became of messages that were worked on.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Worked {
    pub(crate) tally: Tally,
    /// What the handlers need has been away for too long: the messages are not settled, and are to be given back.
    pub(crate) gave_back: bool,
}

impl Worked {
    pub(super) fn of(tally: Tally) -> Self {
        Self { tally, gave_back: false }
    }

    pub(super) fn add(&mut self, other: Self) {
        self.tally += other.tally;
        self.gave_back |= other.gave_back;
    }
}

impl Shared {
    pub(crate) fn new(
        queue: Queue,
        settings: Settings,
        broker: Broker,
        health: ConsumerHealth,
        history: bool,
    ) -> Arc<Self> {
        let name: Arc<str> = queue.name().into();
        health.runs_on(&broker);
        let (post, gate) = (Post::new(&broker), Gate::new(&name, &health));
        let [careful, has_suspects, gives_back] = [const { AtomicBool::new(false) }; 3];
        Arc::new(Self { queue, name, settings, broker, post, gate, health, history, careful, has_suspects, gives_back })
    }

    /// How long messages are held while what the handlers need is away. Nothing takes back those of a history, and they would
    /// not come again.
    pub(super) fn hold(&self) -> Duration {
        if self.history { LONGEST } else { self.settings.hold }
    }

    /// Leaves messages unsettled, so that they come again with all that are out.
    pub(super) fn give_back(&self, messages: u64) -> Worked {
        self.gives_back.store(true, Ordering::Relaxed);
        Worked { tally: Tally { left: messages, ..Tally::default() }, gave_back: true }
    }

    pub(super) fn gives_back(&self) -> bool {
        self.gives_back.load(Ordering::Relaxed)
    }

    /// Everything was given back.
    pub(super) fn gave_back(&self) {
        self.gives_back.store(false, Ordering::Relaxed);
    }

    pub(crate) fn is_careful(&self) -> bool {
        self.careful.load(Ordering::Relaxed)
    }

    pub(crate) fn be_careful(&self, careful: bool) {
        self.careful.store(careful, Ordering::Relaxed);
    }

    pub(crate) fn has_suspects(&self) -> bool {
        self.has_suspects.load(Ordering::Relaxed)
    }

    pub(crate) fn keep_suspects(&self, some: bool) {
        self.has_suspects.store(some, Ordering::Relaxed);
    }

    /// Whether a message has come back so often that it may be what ends the processes which handle it.
    pub(crate) fn is_suspect(&self, delivery: &Delivery) -> bool {
        !self.history && delivery.returns() >= SUSPECT
    }

    /// The death of a message that has come back too often to be handled once more.
    pub(super) fn crashed(&self, delivery: &Delivery, attempts: impl FnOnce() -> u32) -> Option<Death> {
        let returns = delivery.returns();
        let crashed = !self.history && returns >= self.settings.crashes;
        crashed.then(|| Death {
            error: Some(format!("the message came back {returns} times without an answer")),
            ..Death::of(Reason::Crashed, attempts())
        })
    }

    /// What follows a failed attempt, unless it failed because something is away.
    pub(super) fn step(&self, failure: &Failure, attempts: u32) -> Step {
        let retries = &self.settings.retries;
        match failure.class() {
            Class::RetryAfter(delay) => retries.after_at_least(attempts, delay),
            Class::Reject => Step::GiveUp,
            Class::Retry | Class::Unavailable => retries.after(attempts),
        }
    }

    /// Lets a message that failed wait for its next attempt, or buries it when none is left.
    pub(super) async fn fail(&self, delivery: Delivery, letter: &Letter, attempts: u32, failure: &Failure) -> Tally {
        if let Step::After(delay) = self.step(failure, attempts) {
            return self.delay(delivery, letter, attempts, Some(delay)).await;
        }
        let reason = if failure.class() == Class::Reject { Reason::Rejected } else { Reason::Exhausted };
        let death = Death { error: Some(error_chain(failure.error())), ..Death::of(reason, attempts) };
        self.bury(delivery, letter, death).await
    }

    /// What the handlers need has been away for so long that the broker would take the message back. Where nothing else
    /// is out, the message waits in the longest delay queue, and the attempt is not counted; else all is given back.
    pub(super) async fn let_go(&self, delivery: Delivery, letter: &Letter) -> Worked {
        if !self.is_careful() {
            return self.give_back(1);
        }
        let delay = self.settings.retries.delays().last().copied();
        Worked::of(self.delay(delivery, letter, letter.attempts, delay).await)
    }

    /// Puts a message into a delay queue; where there is none, to the end of its own, where it has come back from nowhere.
    async fn delay(&self, delivery: Delivery, letter: &Letter, attempts: u32, delay: Option<Duration>) -> Tally {
        let to = delay.map_or_else(|| self.queue.name().to_owned(), |delay| self.queue.retry_name(delay));
        let first_time = letter.first_time.unwrap_or_else(Timestamp::now);
        let message = letter.again(&delivery, attempts, first_time, &to);
        let settled = if self.send(message).await.is_ok() {
            delivery.ack().await
        } else {
            // It cannot wait where it should, so it waits here for a while, and where it was.
            sleep(delay.unwrap_or(LONGEST_WAIT).min(LONGEST_WAIT)).await;
            delivery.requeue().await
        };
        self.tally(settled, Tally { retried: 1, ..Tally::default() })
    }

    /// Makes a message a dead letter.
    pub(super) async fn bury(&self, delivery: Delivery, letter: &Letter, death: Death) -> Tally {
        warn!(
            queue = &*self.name,
            message_id = delivery.message_id(),
            reason = death.reason.as_str(),
            attempts = death.attempts,
            code = death.code,
            pointer = death.pointer,
            error = death.error,
            "a message is a dead letter"
        );
        let mut tally = Tally::default();
        match death.reason {
            Reason::Quarantined => tally.quarantined = 1,
            Reason::Parked => tally.parked = 1,
            _ => tally.dead = 1,
        }
        let message = letter.dead(&delivery, &death, Timestamp::now(), &self.name);
        let settled = match self.send(message).await {
            Ok(()) => delivery.ack().await,
            // The broker moves it itself, without the reason.
            Err(_) => delivery.reject().await,
        };
        self.tally(settled, tally)
    }

    /// Whether a message was settled; if not, it comes again.
    pub(super) fn tally(&self, settled: Result<(), BrokerError>, tally: Tally) -> Tally {
        match settled {
            Ok(()) => {
                self.health.has_settled();
                tally
            }
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                warn!(queue = &*self.name, error, "a message could not be settled and will come again");
                Tally { left: 1, ..Tally::default() }
            }
        }
    }

    /// Publishes a letter, without end while the broker may take it later: until it has it, the message is not settled.
    ///
    /// # Errors
    /// When this broker will never take it from us.
    async fn send(&self, message: Message) -> Result<(), BrokerError> {
        let message = Arc::new(message);
        let mut pause = FIRST_PAUSE;
        loop {
            match self.post.publish(Arc::clone(&message)).await {
                Ok(Outcome::Confirmed) => return Ok(()),
                Ok(outcome) => {
                    let to = &*message.routing_key;
                    warn!(queue = &*self.name, to, ?outcome, "a letter was not taken, and is sent again");
                    if outcome == Outcome::Returned {
                        self.mend().await;
                    }
                }
                Err(error) if error.is_transient() => {}
                Err(error) => {
                    let to = &*message.routing_key;
                    let cause = &error as &dyn std::error::Error;
                    error!(queue = &*self.name, to, error = cause, "a letter cannot be published; the broker moves it");
                    return Err(error);
                }
            }
            sleep(jitter(pause, 0)).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Someone deleted the queue that a letter goes to.
    async fn mend(&self) {
        if !self.settings.declares {
            return;
        }
        if let Err(error) = self.broker.declare(&self.queue).await {
            let error = &error as &dyn std::error::Error;
            warn!(queue = &*self.name, error, "the queues could not be declared again");
        }
    }
}
