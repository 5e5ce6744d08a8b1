//! Publishing.

use std::future::ready;
use std::time::Duration;

use workout_events::amqp::Message;

use crate::error::BrokerError;
use crate::in_process::connection::Connection;
use crate::outcome::Outcome;
use crate::transport::{Answer, TransportLane};

#[derive(Debug)]
pub(super) struct InProcessLane(Connection);

impl InProcessLane {
    pub(super) fn new(connection: Connection) -> Self {
        Self(connection)
    }

    /// As a channel does it: an exchange that does not exist ends the window, with the fate of the rest unknown.
    fn publish(&self, messages: &[Message]) -> Result<Vec<Outcome>, BrokerError> {
        self.0.check_open()?;
        let mut state = self.0.server().lock();
        let mut outcomes = Vec::with_capacity(messages.len());
        for message in messages {
            match state.route(message) {
                Ok(outcome) => outcomes.push(outcome),
                Err(error) if messages.len() == 1 => return Err(error),
                Err(_) => break,
            }
        }
        outcomes.resize(messages.len(), Outcome::Unknown);
        Ok(outcomes)
    }
}

impl TransportLane for InProcessLane {
    fn window<'a>(&'a mut self, messages: &'a [Message], _limit: Duration) -> Answer<'a, Vec<Outcome>> {
        Box::pin(ready(self.publish(messages)))
    }
}
