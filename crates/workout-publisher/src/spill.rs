//! Where events go that the broker does not take in time.

use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tracing::warn;
use workout_broker::Outcome;
use workout_events::EventId;
use workout_events::amqp::Message;

use crate::error::PublishError;

/// Keeps events that the broker does not take in time, and publishes them later under the same id. The outbox does; see
/// [`PublisherBuilder::spill`](crate::PublisherBuilder::spill).
pub trait Spill: fmt::Debug + Send + Sync + 'static {
    /// Keeps the message of an event. When it answers, the event survives the process. One that is kept already is no
    /// error.
    fn keep(&self, event: Kept) -> Keeping<'_>;
}

/// The answer of a [`Spill`].
pub type Keeping<'a> = Pin<Box<dyn Future<Output = Result<(), Box<dyn Error + Send + Sync>>> + Send + 'a>>;

/// An event that is to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Kept {
    /// Its id.
    pub id: EventId,
    /// What it is about: events of one subject are published in their order.
    pub subject: String,
    /// What to publish.
    pub message: Arc<Message>,
}

/// A spill, and when it is used.
#[derive(Debug, Clone)]
pub(crate) struct Spilling {
    pub(crate) into: Arc<dyn Spill>,
    /// How long an event waits to be written.
    pub(crate) after: Duration,
}

/// What became of an event without the spill.
pub(crate) type Became = Result<Outcome, PublishError>;

impl Spilling {
    /// Keeps an event that needs it, and says what became of it then. When that fails it is as if there were no spill.
    pub(crate) async fn catch(&self, became: Became, id: EventId, subject: &str, message: Arc<Message>) -> Became {
        if !needs_keeping(&became) {
            return became;
        }
        match self.into.keep(Kept { id, subject: subject.to_owned(), message }).await {
            Ok(()) => {
                metrics::counter!("workout_publisher_spilled_total").increment(1);
                Ok(Outcome::Spilled)
            }
            Err(error) => {
                warn!(event.id = %id, error = &*error as &dyn Error, "an event could not be spilled");
                became
            }
        }
    }
}

/// Whether publishing it later may help.
pub(crate) fn needs_keeping(became: &Became) -> bool {
    match became {
        Ok(outcome) => matches!(outcome, Outcome::Nacked | Outcome::Unknown),
        Err(error) => error.is_transient(),
    }
}
