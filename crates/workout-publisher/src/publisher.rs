//! From an event to its outcome.

use workout_broker::{Broker, Outcome};
use workout_events::amqp::Message;
use workout_events::{Event, EventType};

use crate::error::PublishError;

/// Publishes events. A clone shares the broker of the original.
#[derive(Debug, Clone)]
pub struct Publisher {
    broker: Broker,
}

impl Publisher {
    /// Publishes to this broker.
    #[must_use]
    pub fn new(broker: Broker) -> Self {
        Self { broker }
    }

    /// Publishes an event to the exchange of its type, and waits for what becomes of it.
    ///
    /// Safe to repeat: the event keeps its id, and readers count an id once. Not cancel safe in the sense of undoing:
    /// when the future is dropped the event may have been published.
    ///
    /// # Errors
    /// When the event was certainly not published: it is too large, there is no link, or no such exchange.
    pub async fn publish<T: EventType>(&self, event: &Event<T>) -> Result<Outcome, PublishError> {
        let message = Message::of(event).map_err(PublishError::too_large)?;
        self.broker.publish(message).await.map_err(PublishError::broker)
    }
}
