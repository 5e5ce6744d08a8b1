//! What a consumer is made of.

use std::fmt;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use workout_broker::topology::HISTORY;
use workout_broker::{Broker, BrokerError, Prefetch, Queue, Start};
use workout_events::{Decoder, Event, EventType};

use crate::batch::BatchHandler;
use crate::error::ConsumeError;
use crate::handler::{Around, Handler, Ready};
use crate::health::ConsumerHealth;
use crate::read::Readers;
use crate::retries::Retries;
use crate::run::{Crew, End, OneByOne, Report, Shared, Source, Together, Work, declare};
use crate::settings::{LONGEST, Settings};
use crate::shutdown::Shutdown;

const TWINS: &str = "a type of event has two handlers, of which one would never get anything";

/// A queue of this service, and what to do with the events in it.
///
/// `S` is what its handlers share, if anything.
#[must_use = "a consumer does nothing until `run` is called"]
pub struct Consumer<S = ()> {
    queue: Queue,
    settings: Settings,
    state: Arc<S>,
    readers: Readers<Ready<S>>,
    layers: Vec<Arc<dyn Around<S>>>,
    batch: Option<BatchHandler>,
    /// Of which one would never get anything.
    has_two: bool,
    health: ConsumerHealth,
}

impl Consumer {
    /// A consumer of this queue, by convention `service.purpose`. Instances of a service share the queue and its work.
    pub fn new(queue: impl Into<String>) -> Self {
        Self::with_state(queue, ())
    }
}

impl<S: Send + Sync + 'static> Consumer<S> {
    /// A consumer whose handlers share this: a pool, a client, a cache. They get at it by their
    /// [`Context`](crate::Context).
    pub fn with_state(queue: impl Into<String>, state: S) -> Self {
        Self {
            queue: Queue::new(queue),
            settings: Settings::default(),
            state: Arc::new(state),
            readers: Readers::new(),
            layers: Vec::new(),
            batch: None,
            has_two: false,
            health: ConsumerHealth::new(),
        }
    }

    /// Handles the events of type `T`, in its newest version, by an async function of the [`Event`], or of the event and
    /// its [`Context`](crate::Context); and binds the queue to them.
    ///
    /// The handler may get an event more than once, and events in any order: it has to be idempotent. `Ok` means that the
    /// event has been dealt with, for good; it is acknowledged then and not before. What an error means is said by its
    /// [`Class`](crate::Class), and is another attempt unless said otherwise; a panic is an error, and so is more time than
    /// the [`limit`](Self::limit).
    pub fn on<T, M, H>(mut self, handler: H) -> Self
    where
        T: EventType,
        M: 'static,
        H: Handler<T, S, M>,
    {
        let handler = Arc::new(handler);
        self.queue = self.queue.bind_type::<T>();
        self.readers.push(move |event: Event<T>| Ready::new(event, &handler));
        self
    }

    /// Handles events in [`Batches`](crate::Batches), and binds the queue to them. Instead of [`on`](Self::on).
    pub fn batch(mut self, handler: BatchHandler) -> Self {
        self.queue = handler.bind.iter().fold(self.queue, |queue, bind| bind(queue));
        self.has_two |= self.batch.replace(handler).is_some();
        self
    }

    /// Does something around every handler: an async function of the [`Context`](crate::Context) and of what comes
    /// [`Next`](crate::Next). What was added first is outermost. Not around batches.
    pub fn around(mut self, layer: impl Around<S>) -> Self {
        self.layers.push(Arc::new(layer));
        self
    }

    /// How many handlers run at the same time, 1 unless said otherwise. With more than one, events overtake each other.
    pub fn concurrency(mut self, handlers: usize) -> Self {
        self.settings.concurrency = handlers;
        self
    }

    /// Events with the same subject are handled one at a time and in the order in which they came, while the rest runs
    /// in parallel. One that has to wait for its next attempt is overtaken.
    ///
    /// It holds within this process. Where several share the queue, each has its own line.
    pub fn in_order_of_subjects(mut self) -> Self {
        self.settings.by_subject = true;
        self
    }

    /// How many messages the broker may send ahead: unless said otherwise 100, or as many as suit the concurrency and the
    /// size of batches.
    pub fn prefetch(mut self, prefetch: Prefetch) -> Self {
        self.settings.prefetch = Some(prefetch);
        self
    }

    /// How often a message is tried, and when.
    pub fn retries(mut self, retries: Retries) -> Self {
        self.settings.retries = retries;
        self
    }

    /// How long a handler may take, a minute unless said otherwise. What takes longer is cut short, and has failed.
    pub fn limit(mut self, time: Duration) -> Self {
        self.settings.limit = time.min(LONGEST);
        self
    }

    /// How long what is under way may take after the shutdown, 20 seconds unless said otherwise. What is left then comes
    /// again, to this service or to another instance. A broker that is silent may take three seconds more.
    pub fn drain(mut self, time: Duration) -> Self {
        self.settings.drain = time.min(LONGEST);
        self
    }

    /// How messages are read: for instance also those in the plain envelope,
    /// `Decoder::new().accept_plain_envelope()`.
    pub fn decoder(mut self, decoder: Decoder) -> Self {
        self.settings.decoder = decoder;
        self
    }

    /// Makes nothing at the broker, because this service may not: the queues have to be there, as `workout topology apply`
    /// makes them, and [`run`](Self::run) looks whether they are.
    pub fn declares_nothing(mut self) -> Self {
        self.settings.declares = false;
        self
    }

    /// Also hears what this exchange carries under routing keys that match the pattern: where events come from that are
    /// published by others, on an exchange of theirs.
    pub fn bind(mut self, exchange: impl Into<String>, pattern: impl Into<String>) -> Self {
        self.queue = self.queue.bind(exchange, pattern);
        self
    }

    /// The queue with its bindings and what belongs to it: to declare it before anything is published, where `run` may
    /// come too late, or to have it in a topology.
    pub fn queue(&self) -> Queue {
        self.queue.clone().retries(self.settings.retries.delays())
    }

    /// Tells how the consumer is doing, once it runs and after it has ended.
    #[must_use]
    pub fn health(&self) -> ConsumerHealth {
        self.health.clone()
    }

    /// Declares the queues and consumes until `shutdown` is ready; then takes no more, finishes what has already come as
    /// far as there is time, and reports.
    ///
    /// A link that is lost, a channel that the broker closes and a queue that somebody deletes end nothing: it subscribes
    /// again. Dropping the future drops what the handlers are at; their events come again.
    ///
    /// # Errors
    /// When there is no handler or a setting contradicts another; when a queue is there with other properties, or may not
    /// be declared or read; and when the broker was closed by this process.
    pub async fn run(self, broker: Broker, shutdown: impl Future<Output = ()> + Send) -> Result<Report, ConsumeError> {
        self.go(broker, shutdown, None).await
    }

    /// Handles the history of events, from some place up to now: to fill a new service, or a new statistic of an old one.
    /// It is the stream [`HISTORY`](workout_broker::topology::HISTORY), which a topology may have. Ends when it has caught up.
    ///
    /// The queue is declared first, so that what happens meanwhile waits in it for [`run`](Self::run); some events come both
    /// ways. Events of types that this consumer does not handle are passed over. What fails goes the way of the queue's
    /// other messages: to its delay queues, and to its dead letters.
    ///
    /// # Errors
    /// As for [`run`](Self::run), and when there is no such stream.
    pub async fn catch_up(
        self,
        broker: Broker,
        start: Start,
        shutdown: impl Future<Output = ()> + Send,
    ) -> Result<Report, ConsumeError> {
        self.go(broker, shutdown, Some(start)).await
    }

    /// What could never work, whatever the settings are.
    fn problem(&self) -> Option<&'static str> {
        let Some(batch) = &self.batch else {
            return match &self.readers {
                readers if readers.is_empty() => Some("it has no handler, so it would park whatever comes"),
                readers if readers.has_twins() => Some(TWINS),
                _ => None,
            };
        };
        if batch.work.is_empty() || batch.size == 0 {
            Some("it has no handler, so it would park whatever comes")
        } else if !self.readers.is_empty() {
            Some("it handles single events or batches, and not both")
        } else if self.has_two {
            Some("it has two handlers of batches, of which one would never get anything")
        } else if batch.work.has_twins() {
            Some(TWINS)
        } else if !self.layers.is_empty() {
            Some("what is around handlers is not around batches")
        } else if self.settings.concurrency != 1 || self.settings.by_subject {
            Some("batches are committed one after another, so they have no concurrency")
        } else {
            None
        }
    }

    async fn go(
        self,
        broker: Broker,
        shutdown: impl Future<Output = ()> + Send,
        start: Option<Start>,
    ) -> Result<Report, ConsumeError> {
        let _ended = self.health.ends_when_dropped();
        if let Some(problem) = self.problem() {
            return Err(ConsumeError::invalid(problem));
        }
        let queue = self.queue();
        let Self { settings, state, readers, layers, batch, health, .. } = self;
        let at_once = batch.as_ref().map_or(settings.concurrency, |batch| batch.size);
        let prefetch = settings.prefetch_for(at_once, batch.is_some());
        settings.check(prefetch, at_once)?;
        let mut signal = pin!(shutdown);
        let shutdown = Shutdown::new(signal.as_mut());
        let shared = Shared::new(queue, settings, broker, health, start.is_some());
        let ended = if let Some(batch) = batch {
            let work = Together::new(&shared, batch);
            Box::pin(consume(shared, work, prefetch, start, shutdown)).await
        } else {
            let work = OneByOne::new(&shared, readers, layers.into(), state);
            Box::pin(consume(shared, work, prefetch, start, shutdown)).await
        };
        ended.map_err(ConsumeError::broker)
    }
}

async fn consume<W: Work>(
    shared: Arc<Shared>,
    work: Arc<W>,
    prefetch: Prefetch,
    start: Option<Start>,
    mut shutdown: Shutdown<'_>,
) -> Result<Report, BrokerError> {
    let opened = async {
        match start {
            Some(start) => open_history(&shared, prefetch, start).await,
            None => Ok(Some((Source::open(&shared, prefetch).await?, None))),
        }
    };
    let opened = tokio::select! {
        biased;
        () = shutdown.wait() => None,
        opened = opened => opened?,
    };
    match opened {
        Some((source, end)) => Crew::new(shared, source, work).run(shutdown, end).await,
        None => Ok(Report::default()),
    }
}

/// `None` when there is nothing between that place and now.
async fn open_history(
    shared: &Arc<Shared>,
    prefetch: Prefetch,
    start: Start,
) -> Result<Option<(Source, Option<End>)>, BrokerError> {
    // Before the end is looked up: whatever comes after that waits in the queue.
    declare(shared).await?;
    let last = match (start, shared.broker.end_of(HISTORY).await?) {
        (Start::Next, _) | (_, None) => return Ok(None),
        (Start::Offset(offset), Some(last)) if offset > last => return Ok(None),
        (_, Some(last)) => last,
    };
    let may_be_before = matches!(start, Start::Time(_));
    let source = Source::history(shared, prefetch, HISTORY, start).await?;
    Ok(Some((source, Some(End { last, may_be_before }))))
}

impl<S> fmt::Debug for Consumer<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Consumer")
            .field("queue", &self.queue.name())
            .field("types", &self.readers)
            .field("batch", &self.batch)
            .finish_non_exhaustive()
    }
}
