//! Where a relay publishes to.

use std::sync::Arc;
use std::time::Duration;

use workout_broker::{Lane, Outcome};
use workout_events::amqp::Message;

/// How long a window may be under way: less than the shortest sensible lease.
const LIMIT: Duration = Duration::from_secs(30);

/// Publishes a window of messages and says what became of each. A [`Lane`] is one, and what
/// [`Relay::new`](crate::outbox::Relay::new) uses.
///
/// An implementor must keep to this, and the relay to the rest:
///
/// - The outcomes stand in the order of the messages. Those that are missing count as [`Outcome::Unknown`].
/// - [`Outcome::Confirmed`] means that the broker answers for the message: its row is never published again.
/// - A message that the broker refuses, or whose exchange does not exist, is [`Outcome::Returned`] at least when it is
///   alone in its window: nobody has it, and someone has to mend that.
/// - A window has at most one message of each subject, so it may be written in any order and confirmed together.
/// - The future ends within less than the lease of the relay. It may be dropped: its messages then come again.
pub trait Sink: Send {
    /// Publishes the window.
    fn publish(&mut self, window: &[Arc<Message>]) -> impl Future<Output = Vec<Outcome>> + Send;
}

impl Sink for Lane {
    async fn publish(&mut self, window: &[Arc<Message>]) -> Vec<Outcome> {
        match self.window(window, LIMIT).await {
            Ok(outcomes) => outcomes,
            // It is this message that cannot be published, and not all of them.
            Err(error) if window.len() == 1 && (error.is_not_found() || error.is_invalid() || error.is_refused()) => {
                vec![Outcome::Returned]
            }
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "the outbox cannot publish");
                Vec::new()
            }
        }
    }
}
