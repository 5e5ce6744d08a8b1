//! A message that has come out of a queue.

use std::fmt;
use std::task::{Context, Poll};

use workout_events::amqp::{HeaderValue, Message};

use crate::delivery::Death;
use crate::error::BrokerError;
use crate::in_process::connection::Connection;
use crate::in_process::moving;
use crate::in_process::queue::Stored;
use crate::transport::{Settlement, TransportDelivery};

pub(super) struct Unsettled {
    connection: Connection,
    reader: u64,
    tag: u64,
    stored: Stored,
}

impl Unsettled {
    pub(super) fn new(connection: Connection, reader: u64, tag: u64, stored: Stored) -> Self {
        Self { connection, reader, tag, stored }
    }
}

impl TransportDelivery for Unsettled {
    fn body(&self) -> &[u8] {
        &self.stored.message.body
    }

    fn exchange(&self) -> &str {
        &self.stored.message.exchange
    }

    fn routing_key(&self) -> &str {
        &self.stored.message.routing_key
    }

    fn kind(&self) -> Option<&str> {
        Some(&self.stored.message.properties.kind)
    }

    fn message_id(&self) -> Option<&str> {
        Some(&self.stored.message.properties.message_id)
    }

    fn redelivered(&self) -> bool {
        self.stored.returns > 0
    }

    fn returns(&self) -> u32 {
        self.stored.returns
    }

    fn is_lost(&self) -> bool {
        let mut state = self.connection.server().lock();
        state.reader(self.reader).is_none_or(|reader| reader.has_lost(self.tag))
    }

    fn offset(&self) -> Option<u64> {
        self.stored.offset
    }

    fn header(&self, name: &str) -> Option<HeaderValue> {
        let headers = &self.stored.message.headers;
        headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.clone())
    }

    fn death(&self) -> Option<Death> {
        moving::death(&self.stored.message)
    }

    fn message(&self) -> Message {
        Message::clone(&self.stored.message)
    }

    fn poll_settle(&mut self, settlement: Settlement, _: &mut Context<'_>) -> Poll<Result<(), BrokerError>> {
        Poll::Ready(self.connection.server().lock().settle(self.reader, self.tag, settlement))
    }
}

/// Without the message, which may say something private.
impl fmt::Debug for Unsettled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unsettled")
            .field("delivery_tag", &self.tag)
            .field("message_id", &self.message_id())
            .finish_non_exhaustive()
    }
}
