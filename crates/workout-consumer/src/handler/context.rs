//! What a handler is told besides the event.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use workout_events::jiff::Timestamp;
use workout_events::{Event, EventId, EventType};

/// What a handler is told besides its event, with the state that all handlers of a consumer share.
///
/// A handler that wants it takes it as its second argument.
pub struct Context<S = ()> {
    pub(crate) state: Arc<S>,
    pub(crate) about: Arc<About>,
    pub(crate) attempt: u32,
    pub(crate) next: Option<Duration>,
    pub(crate) deadline: Instant,
}

/// What a message says of itself.
#[derive(Debug)]
pub(crate) struct About {
    pub(crate) id: EventId,
    pub(crate) event_type: &'static str,
    pub(crate) subject: String,
    pub(crate) time: Timestamp,
    pub(crate) traceparent: Option<String>,
    pub(crate) correlation_id: Option<String>,
}

impl About {
    pub(crate) fn of<T: EventType>(event: &Event<T>) -> Self {
        Self {
            id: event.id(),
            event_type: T::TYPE,
            subject: event.subject().to_owned(),
            time: event.time(),
            traceparent: event.traceparent().map(str::to_owned),
            correlation_id: event.correlation_id().map(str::to_owned),
        }
    }
}

impl<S> Context<S> {
    /// What the handlers share, as given to [`Consumer::with_state`](crate::Consumer::with_state).
    #[must_use]
    pub fn state(&self) -> &S {
        &self.state
    }

    /// Which attempt at this message this is, from 1. Counted by this consumer and not by whoever published.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// About how long after this attempt the next one comes, should it fail in the usual way; `None` when it is the last. For a
    /// handler that tells somebody what becomes of its failure.
    #[must_use]
    pub fn next_attempt(&self) -> Option<Duration> {
        self.next
    }

    /// How much time there is before the handler is cut short and the attempt has failed: for the timeouts of what it calls.
    #[must_use]
    pub fn time_left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// The id of the event.
    #[must_use]
    pub fn event_id(&self) -> EventId {
        self.about.id
    }

    /// The type of the event.
    #[must_use]
    pub fn event_type(&self) -> &str {
        self.about.event_type
    }

    /// What the event is about.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.about.subject
    }

    /// The trace that the event belongs to, as `traceparent` of W3C: for a client of another service, or for an event that
    /// is published because of this one.
    #[must_use]
    pub fn traceparent(&self) -> Option<&str> {
        self.about.traceparent.as_deref()
    }

    /// What started the chain of events that this one belongs to.
    #[must_use]
    pub fn correlation_id(&self) -> Option<&str> {
        self.about.correlation_id.as_deref()
    }
}

impl<S> Clone for Context<S> {
    fn clone(&self) -> Self {
        Self {
            state: Arc::clone(&self.state),
            about: Arc::clone(&self.about),
            attempt: self.attempt,
            next: self.next,
            deadline: self.deadline,
        }
    }
}

/// Without the state, of which nothing is known.
impl<S> fmt::Debug for Context<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("event_id", &self.about.id)
            .field("event_type", &self.about.event_type)
            .field("attempt", &self.attempt)
            .finish_non_exhaustive()
    }
}
