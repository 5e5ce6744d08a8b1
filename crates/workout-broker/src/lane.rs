//! Publishing many messages together.

use std::time::Duration;

use workout_events::amqp::Message;

use crate::error::BrokerError;
use crate::message;
use crate::outcome::Outcome;
use crate::transport::TransportLane;

/// A way to publish many messages together, on a channel of its own. Made by [`Broker::lane`](crate::Broker::lane).
///
/// A lane carries one window at a time. Two to four lanes with windows of 256 to 500 messages reach what the link can
/// carry; 3000 messages under way at once are slower than 1000.
#[derive(Debug)]
pub struct Lane(pub(crate) Box<dyn TransportLane>);

impl Lane {
    /// Publishes these messages together and waits, for at most `limit`, until it is known what became of each: there is
    /// an outcome for every message, in their order.
    ///
    /// What has no answer within `limit`, or before the link is lost, is [`Outcome::Unknown`]; so is an answer that
    /// cannot be told from that to a neighbour. The next call opens a new channel then.
    ///
    /// Messages are told apart by their message id. When several of a window have the same one and one of them comes
    /// back, all of them are called [`Outcome::Returned`].
    ///
    /// Dropping the future withdraws nothing: the outcomes are then unknown. The lane can be used again.
    ///
    /// # Errors
    /// When certainly no message was taken: there is no channel to be had, AMQP cannot say one of them, or the broker
    /// refused the only one, for instance because its exchange does not exist. In a window of many such a refusal makes
    /// outcomes unknown.
    pub async fn window(&mut self, messages: &[Message], limit: Duration) -> Result<Vec<Outcome>, BrokerError> {
        messages.iter().try_for_each(message::check)?;
        self.0.window(messages, limit).await
    }
}
