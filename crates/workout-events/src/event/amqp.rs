//! How an event travels over AMQP 0-9-1, as plain data.
//!
//! This crate sends nothing. [`Message`] says what a client of any kind has to put where, so that the broker crate,
//! a test and a foreign program agree.

use crate::contract::EventType;
use crate::event::Event;
use crate::read::MAX_MESSAGE_BYTES;

/// The content type of a structured CloudEvent in JSON.
pub const CONTENT_TYPE: &str = "application/cloudevents+json";

/// Everything that a publisher hands to the broker for one event.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Message {
    /// The exchange to publish to.
    pub exchange: &'static str,
    /// The routing key: the type of the event, also where the exchange is a fanout and does not look at it.
    pub routing_key: &'static str,
    /// The properties of the message.
    pub properties: Properties,
    /// The headers, by name. All values are texts or integers that AMQP has a type for.
    pub headers: Vec<(&'static str, HeaderValue)>,
    /// The body: the event in structured JSON.
    pub body: Vec<u8>,
}

/// The properties of a message that carries an event.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Properties {
    /// Always [`CONTENT_TYPE`].
    pub content_type: &'static str,
    /// Always 2: the broker keeps the message on disk.
    pub delivery_mode: u8,
    /// The id of the event.
    pub message_id: String,
    /// The type of the event.
    pub kind: &'static str,
    /// When the event was said, in seconds since 1970.
    pub timestamp: u64,
    /// The source of the event.
    pub app_id: String,
    /// What started the chain of events that this one belongs to.
    pub correlation_id: Option<String>,
}

/// The value of a header.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum HeaderValue {
    /// A long string.
    Text(String),
    /// A signed 64-bit integer.
    Integer(i64),
}

/// The event is larger than [`MAX_MESSAGE_BYTES`], so every reader would refuse it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the event has {bytes} bytes, at most {MAX_MESSAGE_BYTES} can be published")]
#[non_exhaustive]
pub struct TooLarge {
    /// The size of the event.
    pub bytes: usize,
}

impl Message {
    /// What to publish for this event.
    ///
    /// # Errors
    /// When the event is larger than any reader would accept.
    pub fn of<T: EventType>(event: &Event<T>) -> Result<Self, TooLarge> {
        let body = event.encode();
        if body.len() > MAX_MESSAGE_BYTES {
            return Err(TooLarge { bytes: body.len() });
        }
        let mut headers = vec![("cloudEvents:dataversion", HeaderValue::Integer(T::VERSION.into()))];
        let trace = [("traceparent", event.traceparent()), ("tracestate", event.tracestate())];
        for (name, value) in trace {
            headers.extend(value.map(|value| (name, HeaderValue::Text(value.to_owned()))));
        }
        Ok(Self {
            exchange: T::EXCHANGE,
            routing_key: T::TYPE,
            properties: Properties {
                content_type: CONTENT_TYPE,
                delivery_mode: 2,
                message_id: event.id().to_string(),
                kind: T::TYPE,
                // The contract's years start with 1970.
                timestamp: u64::try_from(event.time().as_second()).unwrap_or_default(),
                app_id: event.source().to_owned(),
                correlation_id: event.correlation_id().map(str::to_owned),
            },
            headers,
            body,
        })
    }
}
