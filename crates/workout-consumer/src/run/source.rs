//! What comes out of the queue, whatever happens to the subscription.
//!
//! A message that ends the process which handles it takes others with it: all that were out come back as well, and come
//! back once more with each process that it ends. So a message that has come back twice is a suspect, and is handled while
//! nothing else is out; and a subscription begins with one message out, because nobody knows how the last process ended.

use std::fmt;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout, timeout_at};
use tracing::{info, warn};
use workout_broker::{BrokerError, Deliveries, Delivery, Prefetch, Start, Topology};

use crate::health::ConsumerState;
use crate::retries::jitter;
use crate::run::figures;
use crate::run::shared::Shared;

/// The pause before a second attempt to subscribe, doubled with each one that follows.
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// The longest pause. Together with the link's own it stays below the 5 seconds within which we are back.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// How long the broker may take for a goodbye.
const GOODBYE: Duration = Duration::from_secs(3);

/// How long a subscription that is just being opened may take when it is no longer wanted.
const SOON: Duration = Duration::from_secs(1);

type Opening = Pin<Box<dyn Future<Output = Result<Opened, BrokerError>> + Send>>;

/// A subscription of a consumer.
pub(crate) struct Source {
    shared: Arc<Shared>,
    prefetch: Prefetch,
    state: State,
    /// It has no more to give, but messages that it gave may still be settled.
    retired: Option<Deliveries>,
    /// What is to exist was made, or seen.
    declared: bool,
    /// The first message, while more are asked for.
    held: Vec<Delivery>,
    /// The first message is to be worked on before the others come.
    widened: bool,
}

enum State {
    Open(Deliveries),
    /// Kept here, so that it goes on whoever drops the future that waits for it.
    Opening(Opening),
    Ended,
}

struct Opened {
    deliveries: Deliveries,
    retired: Option<Deliveries>,
}

impl Source {
    /// Declares the queue and subscribes. What passes is waited for; what somebody has to mend is told at once.
    pub(crate) async fn open(shared: &Arc<Shared>, prefetch: Prefetch) -> Result<Self, BrokerError> {
        shared.be_careful(true);
        let mut source = Self::of(shared, prefetch, State::Ended);
        match subscribe_once(shared, one(), false).await {
            Ok(deliveries) => {
                source.state = State::Open(deliveries);
                source.declared = true;
                shared.health.is(ConsumerState::Consuming);
            }
            Err(error) if error.is_transient() => source.begin_anew(Some(&error)),
            Err(error) => return Err(error),
        }
        Ok(source)
    }

    /// Reads a stream from somewhere in it, when the queue has been [declared](declare).
    pub(crate) async fn history(
        shared: &Arc<Shared>,
        prefetch: Prefetch,
        stream: &str,
        start: Start,
    ) -> Result<Self, BrokerError> {
        let deliveries = shared.broker.consume_from(stream, start, prefetch).await?;
        shared.health.is(ConsumerState::Consuming);
        Ok(Self::of(shared, prefetch, State::Open(deliveries)))
    }

    fn of(shared: &Arc<Shared>, prefetch: Prefetch, state: State) -> Self {
        Self {
            shared: Arc::clone(shared),
            prefetch,
            state,
            retired: None,
            declared: false,
            held: Vec::new(),
            widened: false,
        }
    }

    /// The messages that have come, at most so many and at least one; `None` after [`stop`](Self::stop), when none is
    /// left. Cancel safe.
    ///
    /// # Errors
    /// When there is no way to go on: a queue is there with other properties, or the broker was closed.
    pub(crate) async fn next(&mut self, most: usize) -> Result<Option<Vec<Delivery>>, BrokerError> {
        if self.widened && self.held.is_empty() {
            self.widened = false;
            self.shared.be_careful(false);
        }
        loop {
            match &mut self.state {
                State::Opening(opening) => {
                    let opened = opening.await?;
                    self.opened(opened);
                }
                _ if !self.held.is_empty() => return Ok(Some(std::mem::take(&mut self.held))),
                State::Open(deliveries) => match watched(&self.shared, deliveries, most).await {
                    Some(Ok(batch)) if self.tells_that_all_is_well(&batch) => self.widen(batch),
                    Some(Ok(batch)) => return Ok(Some(batch)),
                    Some(Err(error)) if error.is_closed() || self.shared.history => return Err(error),
                    Some(Err(error)) => self.begin_anew(Some(&error)),
                    None => return Ok(None),
                },
                State::Ended => return Ok(None),
            }
        }
    }

    fn opened(&mut self, opened: Opened) {
        let Opened { deliveries, retired } = opened;
        self.state = State::Open(deliveries);
        self.declared = true;
        self.widened = retired.is_some();
        self.retired = retired.or(self.retired.take());
        if self.shared.gate.is_open() {
            self.shared.health.is(ConsumerState::Consuming);
        }
    }

    /// The first message tells how the last process ended, because what came back comes first.
    fn tells_that_all_is_well(&self, batch: &[Delivery]) -> bool {
        let well = || self.shared.gate.is_open() && !batch.iter().any(|delivery| self.shared.is_suspect(delivery));
        self.shared.is_careful() && well()
    }

    /// From one message to as many as are allowed. The one that has come is held meanwhile, so that no other comes by the
    /// old subscription, and is settled through that, which therefore stays.
    fn widen(&mut self, first: Vec<Delivery>) {
        self.held = first;
        let old = std::mem::replace(&mut self.state, State::Ended);
        let (shared, prefetch) = (Arc::clone(&self.shared), self.prefetch);
        self.state = State::Opening(Box::pin(async move {
            let State::Open(mut old) = old else { return Err(BrokerError::cancelled()) };
            // Should the link be lost meanwhile, the message comes again.
            let _ = old.stop().await;
            let deliveries = subscribe(&shared, prefetch, true).await?;
            Ok(Opened { deliveries, retired: Some(old) })
        }));
    }

    /// Gives back what is not settled, and begins again with one message out.
    pub(crate) fn reopen(&mut self) {
        // What is left of it comes again as well.
        self.retired = None;
        self.begin_anew(None);
    }

    fn begin_anew(&mut self, error: Option<&BrokerError>) {
        if let Some(error) = error {
            let cause = error as &dyn std::error::Error;
            warn!(queue = &*self.shared.name, error = cause, "the subscription has ended, and begins again");
            self.shared.health.is(ConsumerState::Reconnecting(error.to_string()));
        }
        self.held.clear();
        self.widened = false;
        let old = std::mem::replace(&mut self.state, State::Ended);
        let (shared, declared) = (Arc::clone(&self.shared), self.declared);
        self.state = State::Opening(Box::pin(async move {
            if let State::Open(old) = old {
                // What was settled arrives, or comes again.
                let _ = timeout(GOODBYE, old.close()).await;
            }
            shared.be_careful(true);
            let deliveries = subscribe(&shared, one(), declared).await?;
            figures::resubscribed(&shared.name);
            info!(queue = &*shared.name, "subscribed again");
            Ok(Opened { deliveries, retired: None })
        }));
    }

    /// Asks for no more messages; those that have already come are still given.
    pub(crate) async fn stop(&mut self) {
        // It may hold the subscription by which a message came that is being handled.
        if let State::Opening(opening) = &mut self.state
            && let Ok(Ok(opened)) = timeout(SOON, opening).await
        {
            self.opened(opened);
        }
        match &mut self.state {
            State::Open(deliveries) => {
                // Without an answer nothing comes either.
                let _ = timeout(GOODBYE, deliveries.stop()).await;
            }
            State::Opening(_) => self.state = State::Ended,
            State::Ended => {}
        }
    }

    /// Ends the subscription, after the queue has every settlement.
    pub(crate) async fn close(mut self) -> Result<(), BrokerError> {
        self.held.clear();
        let open = match self.state {
            State::Open(deliveries) => Some(deliveries),
            State::Opening(_) | State::Ended => None,
        };
        let until = Instant::now() + GOODBYE;
        for deliveries in [open, self.retired.take()].into_iter().flatten() {
            match timeout_at(until, deliveries.close()).await {
                Ok(Err(error)) if !error.is_transient() && !error.is_not_found() => return Err(error),
                // What was settled and did not arrive comes again, which harms nobody.
                Ok(_) | Err(_) => {}
            }
        }
        Ok(())
    }
}

/// The next messages. While none comes, the health tells whether that is for want of a subscription: the link may be up, and
/// the broker refuse it. Cancel safe.
async fn watched(
    shared: &Shared,
    deliveries: &mut Deliveries,
    most: usize,
) -> Option<Result<Vec<Delivery>, BrokerError>> {
    poll_fn(|context| {
        let next = pin!(deliveries.next_batch(most)).poll(context);
        if deliveries.is_lost() {
            shared.health.is(ConsumerState::Reconnecting("the subscription was lost".to_owned()));
        } else if shared.gate.is_open() {
            shared.health.is(ConsumerState::Consuming);
        }
        next
    })
    .await
}

fn one() -> Prefetch {
    Prefetch::new(1).unwrap_or_default()
}

/// Makes the queue and what belongs to it, or looks whether it is there.
pub(crate) async fn declare(shared: &Shared) -> Result<(), BrokerError> {
    if shared.settings.declares {
        shared.broker.declare(&shared.queue).await
    } else {
        shared.broker.check(&Topology::new().queue(shared.queue.clone())).await
    }
}

/// Without end, while it may work later without anybody changing this program: a queue that somebody deleted is declared
/// again, and a permission may be given back.
async fn subscribe(shared: &Shared, prefetch: Prefetch, declared: bool) -> Result<Deliveries, BrokerError> {
    let mut pause = FIRST_PAUSE;
    loop {
        let error = match subscribe_once(shared, prefetch, declared).await {
            Err(error) if !error.is_closed() && !error.is_different() && !error.is_invalid() => error,
            decided => return decided,
        };
        not_yet(shared, &error);
        sleep(jitter(pause, 0)).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

fn not_yet(shared: &Shared, error: &BrokerError) {
    let cause = error as &dyn std::error::Error;
    warn!(queue = &*shared.name, error = cause, "not subscribed again yet");
    shared.health.is(ConsumerState::Reconnecting(error.to_string()));
}

async fn subscribe_once(shared: &Shared, prefetch: Prefetch, declared: bool) -> Result<Deliveries, BrokerError> {
    if !declared {
        declare(shared).await?;
    }
    match shared.broker.consume(&shared.name, prefetch).await {
        Err(error) if error.is_not_found() => {
            declare(shared).await?;
            shared.broker.consume(&shared.name, prefetch).await
        }
        decided => decided,
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match &self.state {
            State::Open(deliveries) => return f.debug_tuple("Source").field(deliveries).finish(),
            State::Opening(_) => "opening",
            State::Ended => "ended",
        };
        f.debug_tuple("Source").field(&state).finish()
    }
}
