//! From an event to its outcome.

use std::sync::Arc;
use std::time::Duration;

use futures_util::Stream;
use tokio::sync::SemaphorePermit;
use tokio::time::{Instant, timeout_at};
use tracing::{Instrument, Span, debug_span, field};
use workout_broker::{Broker, Outcome};
use workout_events::amqp::Message;
use workout_events::{Event, EventId, EventType};

use crate::breaker::BreakerState;
use crate::engine::{Engine, NotBoarded, Ticket};
use crate::error::PublishError;
use crate::publish_all::PublishAll;
use crate::settings::{Settings, WhenFull};
use crate::spill::{Spill, Spilling};

/// Publishes events, and says what became of each. A clone is another handle to the same publisher.
///
/// Events of concurrent callers are written together and confirmed together. An event is kept in memory only while its
/// caller waits: when the future is dropped, an event that was not yet written is withdrawn.
#[derive(Debug, Clone)]
pub struct Publisher {
    pub(crate) engine: Arc<Engine>,
    pub(crate) settings: Settings,
    pub(crate) spilling: Option<Spilling>,
}

/// What a closed publisher had not finished.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "what is left was not confirmed"]
#[non_exhaustive]
pub struct CloseReport {
    /// The events without an outcome. Each caller who still waits is told that the outcome is unknown.
    pub left: Vec<EventId>,
}

impl Publisher {
    /// Publishes to this broker, with the default settings. Call it inside a tokio runtime.
    #[must_use]
    pub fn new(broker: Broker) -> Self {
        Self::builder(broker).start()
    }

    /// A publisher whose settings are spelt out.
    pub fn builder(broker: Broker) -> PublisherBuilder {
        PublisherBuilder { broker, settings: Settings::default(), spilling: None }
    }

    /// Publishes an event to the exchange of its type, and waits for what becomes of it, at most for the deadline of the
    /// publisher (30 seconds unless set).
    ///
    /// What a queue refused, and what got no answer, is published again under the same id as long as there is time.
    /// Whoever publishes an event that is already under way shares its outcome.
    ///
    /// Safe to repeat, because readers count an id once. Dropping the future withdraws an event that was not written yet,
    /// unless somebody else waits for it too.
    ///
    /// # Errors
    /// When the event was certainly not published: it is too large, there is no such exchange, the deadline passed before
    /// it was written, the line is full, the circuit breaker is open, the publisher was closed, or another event is under
    /// way with the same id.
    pub async fn publish<T: EventType>(&self, event: &Event<T>) -> Result<Outcome, PublishError> {
        self.publish_with_deadline(event, self.settings.deadline).await
    }

    /// Publishes an event, and waits at most for `limit`.
    ///
    /// When the time is over, an event that was not written is withdrawn, and the error says so; of one that was
    /// written the outcome is [`Outcome::Unknown`].
    ///
    /// # Errors
    /// As for [`publish`](Self::publish).
    pub async fn publish_with_deadline<T: EventType>(
        &self,
        event: &Event<T>,
        limit: Duration,
    ) -> Result<Outcome, PublishError> {
        let message = Message::of(event).map_err(PublishError::too_large)?;
        let span = debug_span!(
            "publish",
            event.id = %event.id(),
            event.r#type = T::TYPE,
            traceparent = event.traceparent(),
            outcome = field::Empty
        );
        self.publish_about(event.id(), event.subject(), Arc::new(message), limit).instrument(span).await
    }

    /// Publishes a message that was made of the event of this id, for what was stored as a message.
    ///
    /// # Errors
    /// As for [`publish`](Self::publish).
    pub async fn publish_message(
        &self,
        id: EventId,
        message: impl Into<Arc<Message>>,
        limit: Duration,
    ) -> Result<Outcome, PublishError> {
        // Nobody knows what it is about, so it keeps an order with none.
        self.publish_about(id, &id.to_string(), message.into(), limit).await
    }

    async fn publish_about(
        &self,
        id: EventId,
        subject: &str,
        message: Arc<Message>,
        limit: Duration,
    ) -> Result<Outcome, PublishError> {
        let became = self.publish_or_give_up(id, &message, limit).await;
        let became = match &self.spilling {
            Some(spilling) => spilling.catch(became, id, subject, message).await,
            None => became,
        };
        if let Ok(outcome) = &became {
            Span::current().record("outcome", field::debug(outcome));
        }
        became
    }

    async fn publish_or_give_up(
        &self,
        id: EventId,
        message: &Arc<Message>,
        limit: Duration,
    ) -> Result<Outcome, PublishError> {
        let start = Instant::now();
        let deadline = after(start, limit);
        let ticket = match self.board(id, message, deadline, None)? {
            Some(ticket) => ticket,
            None => match timeout_at(deadline, self.engine.flights.place()).await {
                Ok(Some(place)) => self.board(id, message, deadline, Some(place))?.ok_or_else(PublishError::full)?,
                Ok(None) | Err(_) => return Err(PublishError::withdrawn(None)),
            },
        };
        let written_by = self.spilling.as_ref().map(|spilling| after(start, spilling.after));
        ticket.answer(deadline, written_by).await
    }

    /// `None` when there is no place, and the policy is to wait for one.
    pub(crate) fn board(
        &self,
        id: EventId,
        message: &Arc<Message>,
        deadline: Instant,
        place: Option<SemaphorePermit<'_>>,
    ) -> Result<Option<Ticket<'_>>, PublishError> {
        if self.engine.breaker.is_open() {
            return Err(PublishError::open());
        }
        let flights = &self.engine.flights;
        match flights.board(id, message, deadline, place) {
            Ok(seat) => Ok(Some(Ticket::new(flights, seat))),
            Err(NotBoarded::Full) if self.spilling.is_none() && self.settings.when_full == WhenFull::Wait => Ok(None),
            Err(NotBoarded::Full) => Err(PublishError::full()),
            Err(NotBoarded::Other) => Err(PublishError::other()),
            Err(NotBoarded::Closed) => Err(PublishError::closed()),
        }
    }

    /// Publishes a stream of events, many at a time, and gives their outcomes in the order of the events.
    ///
    /// Memory is bounded: no more events are taken from the stream than are under way. Dropping the stream of outcomes
    /// withdraws what was not written. An event behind others is given up when it is the oldest, at its own deadline or
    /// later.
    pub fn publish_all<T, S>(&self, events: S) -> impl Stream<Item = (EventId, Result<Outcome, PublishError>)>
    where
        T: EventType,
        S: Stream<Item = Event<T>>,
    {
        let under_way = (self.settings.window * self.settings.lanes * 2).min(self.settings.capacity);
        PublishAll::new(self, Box::pin(events), under_way)
    }

    /// What the circuit breaker does with new events.
    #[must_use]
    pub fn breaker(&self) -> BreakerState {
        self.engine.breaker.state()
    }

    /// Takes no more events, waits until those under way have their outcome, at most for `limit`, and says what is left.
    pub async fn close(&self, limit: Duration) -> CloseReport {
        let flights = &self.engine.flights;
        flights.close();
        if tokio::time::timeout(limit, flights.drained()).await.is_ok() {
            return CloseReport { left: Vec::new() };
        }
        CloseReport { left: flights.give_up() }
    }
}

/// Builds a [`Publisher`].
#[derive(Debug, Clone)]
#[must_use = "a builder does nothing until `start` is called"]
pub struct PublisherBuilder {
    broker: Broker,
    settings: Settings,
    spilling: Option<Spilling>,
}

impl PublisherBuilder {
    /// How long [`Publisher::publish`] waits. 30 seconds unless set.
    pub const fn deadline(mut self, deadline: Duration) -> Self {
        self.settings.deadline = deadline;
        self
    }

    /// How many events may be under way or waiting. 10,000 unless set; at least one.
    pub fn capacity(mut self, events: usize) -> Self {
        self.settings.capacity = events.max(1);
        self
    }

    /// What happens when so many are. [`WhenFull::Wait`] unless set.
    pub const fn when_full(mut self, policy: WhenFull) -> Self {
        self.settings.when_full = policy;
        self
    }

    /// Keeps events that the broker does not take in time: those that find the line full or the circuit breaker open, those
    /// that could not be written within `after`, and those that were refused or had no answer until their deadline. Their
    /// outcome is [`Outcome::Spilled`]. To keep an event takes as long as it takes, also beyond its deadline.
    ///
    /// ```
    /// # #[cfg(feature = "sqlite")]
    /// # async fn example(outbox: workout_publisher::outbox::SqliteOutbox, broker: workout_publisher::Broker) {
    /// use std::time::Duration;
    /// use workout_publisher::Publisher;
    ///
    /// // A relay of this outbox runs somewhere.
    /// let publisher = Publisher::builder(broker).spill(outbox, Duration::from_secs(1)).start();
    /// # }
    /// ```
    pub fn spill(mut self, into: impl Spill, after: Duration) -> Self {
        self.spilling = Some(Spilling { into: Arc::new(into), after });
        self
    }

    /// How many channels publish side by side: 1 to 16, one unless set.
    pub fn lanes(mut self, lanes: usize) -> Self {
        self.settings.lanes = lanes.clamp(1, 16);
        self
    }

    /// How many events a channel has under way: 1 to 1500, 1000 unless set. More than that is slower, not faster.
    pub fn window(mut self, events: usize) -> Self {
        self.settings.window = events.clamp(1, 1_500);
        self
    }

    /// How long a window may stay without its confirms before its outcome is unknown. 10 seconds unless set.
    pub const fn confirm_limit(mut self, limit: Duration) -> Self {
        self.settings.confirm_limit = limit;
        self
    }

    /// When the circuit breaker opens: after `failures` windows that failed within a stretch of time. 3 within 30 seconds
    /// unless set.
    pub fn breaker(mut self, failures: usize, within: Duration) -> Self {
        self.settings.breaker.failures = failures.max(1);
        self.settings.breaker.within = within;
        self
    }

    /// How long the breaker refuses new events before it lets one try. One second unless set.
    pub const fn breaker_rest(mut self, rest: Duration) -> Self {
        self.settings.breaker.rest = rest;
        self
    }

    /// Starts the publisher. Call it inside a tokio runtime.
    #[must_use]
    pub fn start(self) -> Publisher {
        let lanes = (0..self.settings.lanes).map(|_| self.broker.lane());
        let engine = Arc::new(Engine::start(lanes, self.settings));
        Publisher { engine, settings: self.settings, spilling: self.spilling }
    }
}

/// Somebody may want to wait for ever.
pub(crate) fn after(start: Instant, limit: Duration) -> Instant {
    const FOR_EVER: Duration = Duration::from_hours(24 * 365 * 30);
    start + limit.min(FOR_EVER)
}
