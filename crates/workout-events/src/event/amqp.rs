//! How an event travels over AMQP 0-9-1, as plain data.
//!
//! This crate sends nothing. [`Message`] says what a client of any kind has to put where, so that the broker crate,
//! a test and a foreign program agree.

use std::borrow::Cow;

use crate::contract::EventType;
use crate::event::Event;
use crate::read::MAX_MESSAGE_BYTES;

/// The content type of a structured CloudEvent in JSON.
pub const CONTENT_TYPE: &str = "application/cloudevents+json";

/// The header that names the version of the data.
pub(crate) const DATA_VERSION: Cow<'static, str> = Cow::Borrowed("cloudEvents:dataversion");

/// Everything that a publisher hands to the broker for one event.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Message {
    /// The exchange to publish to.
    pub exchange: Cow<'static, str>,
    /// The routing key: the type of the event, also where the exchange is a fanout and does not look at it.
    pub routing_key: Cow<'static, str>,
    /// The properties of the message.
    pub properties: Properties,
    /// The headers, by name.
    pub headers: Vec<(Cow<'static, str>, HeaderValue)>,
    /// The body: the event in structured JSON.
    pub body: Vec<u8>,
}

/// The properties of a message that carries an event.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Properties {
    /// [`CONTENT_TYPE`], for an event of ours.
    pub content_type: Cow<'static, str>,
    /// 2 for an event of ours: the broker keeps the message on disk.
    pub delivery_mode: u8,
    /// The id of the event.
    pub message_id: String,
    /// The type of the event.
    pub kind: Cow<'static, str>,
    /// When the event was said, in seconds since 1970.
    pub timestamp: u64,
    /// The source of the event.
    pub app_id: String,
    /// What started the chain of events that this one belongs to.
    pub correlation_id: Option<String>,
}

impl Properties {
    /// The properties of a persistent event in structured JSON, said at the beginning of 1970 by nobody.
    #[must_use]
    pub fn new(kind: impl Into<Cow<'static, str>>, message_id: impl Into<String>) -> Self {
        Self {
            content_type: Cow::Borrowed(CONTENT_TYPE),
            delivery_mode: 2,
            message_id: message_id.into(),
            kind: kind.into(),
            timestamp: 0,
            app_id: String::new(),
            correlation_id: None,
        }
    }
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
    /// A message from its parts, as one that was stored, dead-lettered or received and goes on its way again.
    #[must_use]
    pub fn new(
        exchange: impl Into<Cow<'static, str>>,
        routing_key: impl Into<Cow<'static, str>>,
        properties: Properties,
        body: Vec<u8>,
    ) -> Self {
        Self { exchange: exchange.into(), routing_key: routing_key.into(), properties, headers: Vec::new(), body }
    }

    /// What to publish for this event.
    ///
    /// # Errors
    /// When the event is larger than any reader would accept.
    pub fn of<T: EventType>(event: &Event<T>) -> Result<Self, TooLarge> {
        Self::carrying(event, event.encode())
    }

    /// What to publish for this event, with a body that says the same in other bytes.
    pub(crate) fn carrying<T: EventType>(event: &Event<T>, body: Vec<u8>) -> Result<Self, TooLarge> {
        if body.len() > MAX_MESSAGE_BYTES {
            return Err(TooLarge { bytes: body.len() });
        }
        let mut headers = vec![(DATA_VERSION, HeaderValue::Integer(T::VERSION.into()))];
        let trace = [("traceparent", event.traceparent()), ("tracestate", event.tracestate())];
        for (name, value) in trace {
            headers.extend(value.map(|value| (Cow::Borrowed(name), HeaderValue::Text(value.to_owned()))));
        }
        let mut properties = Properties::new(T::TYPE, event.id().to_string());
        // The contract's years start with 1970.
        properties.timestamp = u64::try_from(event.time().as_second()).unwrap_or_default();
        event.source().clone_into(&mut properties.app_id);
        properties.correlation_id = event.correlation_id().map(str::to_owned);
        Ok(Self { headers, ..Self::new(T::EXCHANGE, T::TYPE, properties, body) })
    }
}
