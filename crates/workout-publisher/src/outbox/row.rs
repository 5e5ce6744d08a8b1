//! Between a message and the columns of its row.

use std::borrow::Cow;
use std::mem;

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use workout_events::amqp::{HeaderValue, Message, Properties};
use workout_events::{Event, EventType, MAX_MESSAGE_BYTES};

use crate::outbox::error::{Kind, OutboxError};

/// An AMQP short string has no more.
const MAX_NAME_BYTES: usize = 255;

/// What is written for an event.
#[derive(Debug)]
pub struct NewRow<'e> {
    pub(crate) id: Uuid,
    pub(crate) subject: &'e str,
    pub(crate) exchange: Cow<'static, str>,
    pub(crate) routing_key: Cow<'static, str>,
    pub(crate) envelope: String,
    pub(crate) body: Vec<u8>,
}

impl<'e> NewRow<'e> {
    pub(crate) fn of<T: EventType>(event: &'e Event<T>) -> Result<Self, OutboxError> {
        Self::new(*event.id().as_uuid(), event.subject(), Message::of(event).map_err(Kind::TooLarge)?)
    }

    pub(crate) fn new(id: Uuid, subject: &'e str, message: Message) -> Result<Self, OutboxError> {
        Ok(Self {
            id,
            subject,
            envelope: serde_json::to_string(&Envelope::of(&message)).map_err(Kind::Text)?,
            exchange: message.exchange,
            routing_key: message.routing_key,
            body: message.body,
        })
    }
}

/// What was leased. It is not yet known whether it can become a message.
#[derive(Debug, Clone)]
pub struct Row {
    pub(crate) seq: i64,
    pub(crate) id: Uuid,
    pub(crate) subject: String,
    pub(crate) exchange: String,
    pub(crate) routing_key: String,
    pub(crate) envelope: String,
    pub(crate) body: Vec<u8>,
    /// How often it was published in vain.
    pub(crate) attempts: i32,
    /// How many of these attempts ended with nobody wanting it.
    pub(crate) returns: i32,
}

/// The columns of a row in the order of its fields.
pub(crate) type Columns = (i64, Uuid, String, String, String, String, Vec<u8>, i32, i32);

impl From<Columns> for Row {
    fn from((seq, id, subject, exchange, routing_key, envelope, body, attempts, returns): Columns) -> Self {
        Self { seq, id, subject, exchange, routing_key, envelope, body, attempts, returns }
    }
}

/// Properties and headers, as JSON. Fields are only ever added, and optional: relays of two versions read the same rows.
#[derive(Serialize, Deserialize)]
struct Envelope {
    kind: String,
    timestamp: u64,
    app_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    correlation_id: Option<String>,
    headers: Vec<(String, Value)>,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Value {
    Integer(i64),
    Text(String),
}

impl Envelope {
    fn of(message: &Message) -> Self {
        let properties = &message.properties;
        let headers = message.headers.iter().filter_map(|(name, value)| {
            let value = match value {
                HeaderValue::Text(text) => Value::Text(text.clone()),
                HeaderValue::Integer(integer) => Value::Integer(*integer),
                // There is no other; the contract may one day have one.
                _ => return None,
            };
            Some((name.to_string(), value))
        });
        Self {
            kind: properties.kind.to_string(),
            timestamp: properties.timestamp,
            app_id: properties.app_id.clone(),
            correlation_id: properties.correlation_id.clone(),
            headers: headers.collect(),
        }
    }
}

impl Row {
    /// The message that was enqueued, which takes the body with it; or why there is none.
    pub(crate) fn message(&mut self) -> Result<Message, &'static str> {
        if self.body.is_empty() || self.body.len() > MAX_MESSAGE_BYTES {
            return Err("the body has a size that no reader accepts");
        }
        let envelope: Envelope =
            serde_json::from_str(&self.envelope).map_err(|_| "properties and headers are not readable")?;
        let short = |text: &str| text.len() <= MAX_NAME_BYTES;
        let named = [&self.exchange, &self.routing_key, &envelope.kind, &envelope.app_id];
        if !named.into_iter().chain(&envelope.correlation_id).all(|text| short(text))
            || !envelope.headers.iter().all(|(name, _)| short(name))
        {
            return Err("a name is too long for AMQP");
        }
        let mut properties = Properties::new(envelope.kind, self.id.to_string());
        properties.timestamp = envelope.timestamp;
        properties.app_id = envelope.app_id;
        properties.correlation_id = envelope.correlation_id;
        let body = mem::take(&mut self.body);
        let mut message = Message::new(self.exchange.clone(), self.routing_key.clone(), properties, body);
        let headers = envelope.headers.into_iter().map(|(name, value)| {
            let value = match value {
                Value::Integer(integer) => HeaderValue::Integer(integer),
                Value::Text(text) => HeaderValue::Text(text),
            };
            (name.into(), value)
        });
        message.headers = headers.collect();
        Ok(message)
    }
}

#[cfg(test)]
mod tests {
    use workout_events::{WorkoutDeleted, WorkoutId};

    use super::*;

    fn row(event: &Event<WorkoutDeleted>) -> Row {
        let new = NewRow::of(event).unwrap();
        Row {
            seq: 1,
            id: new.id,
            subject: new.subject.to_owned(),
            exchange: new.exchange.into_owned(),
            routing_key: new.routing_key.into_owned(),
            envelope: new.envelope,
            body: new.body,
            attempts: 0,
            returns: 0,
        }
    }

    #[test]
    fn the_message_of_a_row_is_the_message_of_its_event() {
        let data = WorkoutDeleted::new(WorkoutId::generate(), 2);
        let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        for event in [
            Event::new("/coach", data.clone()).unwrap(),
            Event::builder("/coach", data).traceparent(trace).tracestate("a=b").correlation_id("c").build().unwrap(),
        ] {
            assert_eq!(row(&event).message(), Ok(Message::of(&event).unwrap()));
        }
    }

    #[test]
    fn a_row_that_cannot_become_a_message_says_why() {
        #[track_caller]
        fn check(spoil: fn(&mut Row), want: &str) {
            let mut row = row(&Event::new("/coach", WorkoutDeleted::new(WorkoutId::generate(), 2)).unwrap());
            spoil(&mut row);
            let reason = row.message().unwrap_err();
            assert!(reason.contains(want), "{reason}");
        }
        check(|row| row.body.clear(), "size");
        check(|row| row.body.resize(MAX_MESSAGE_BYTES + 1, b' '), "size");
        check(|row| row.envelope = "{}".to_owned(), "readable");
        check(|row| row.exchange = "x".repeat(256), "name");
    }
}
