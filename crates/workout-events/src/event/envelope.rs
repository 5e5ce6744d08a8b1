//! The event: data in a CloudEvents 1.0 envelope.

use jiff::Timestamp;
use serde::Serialize;

use crate::contract::Check;
use crate::contract::EventType;
use crate::contract::shape::Format;
use crate::contract::text::{Lines, fits};
use crate::read::diagnose;
use crate::read::{DecodeError, Decoder};
use crate::value::ids::EventId;
use crate::value::time::Moment;
use crate::violation::{Code, Violations};

/// The grammar of `source` and of the names of other messages: what fits into a property of AMQP as it is.
pub(crate) const REFERENCE: Format = Format {
    name: "reference",
    pattern: r"^[!-~]{1,255}$",
    format: None,
    max_chars: None,
    excludes: None,
    beyond_pattern: None,
    sample: "/coach",
    check: |text| {
        let holds = (1..=255).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        if holds { Ok(()) } else { Err(Code::InvalidReference) }
    },
};

/// The grammar of `traceparent`.
pub(crate) const TRACEPARENT: Format = Format {
    name: "traceparent",
    pattern: r"^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$",
    format: None,
    max_chars: None,
    excludes: None,
    beyond_pattern: Some("The trace id and the parent id must not be all zeros."),
    sample: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    check: |text| {
        let parts: Vec<_> = text.split('-').collect();
        let hex = |part: &str, length: usize| {
            part.len() == length && part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        };
        let some = |part: &str| part.bytes().any(|byte| byte != b'0');
        match parts[..] {
            ["00", trace, parent, flags]
                if hex(trace, 32) && hex(parent, 16) && hex(flags, 2) && some(trace) && some(parent) =>
            {
                Ok(())
            }
            _ => Err(Code::InvalidTraceparent),
        }
    },
};

/// Data of type `T` with its envelope. It exists only if every rule of the contract holds.
///
/// Equality looks at everything but the count of unknown fields.
#[derive(Debug, Clone)]
pub struct Event<T> {
    pub(crate) attributes: Attributes,
    pub(crate) data: T,
    pub(crate) unknown_fields: usize,
}

/// What the envelope says, apart from type and version, which `T` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attributes {
    pub(crate) id: EventId,
    pub(crate) source: String,
    pub(crate) time: Moment,
    pub(crate) subject: String,
    pub(crate) correlation_id: Option<String>,
    pub(crate) causation_id: Option<String>,
    pub(crate) traceparent: Option<String>,
    pub(crate) tracestate: Option<String>,
}

impl Attributes {
    /// Checks the bounds that the types of the fields do not already keep.
    pub(crate) fn check(&self, check: &mut Check<'_>) {
        let is_reference = |text: &str| (REFERENCE.check)(text).is_ok();
        check.bound(is_reference(&self.source));
        check.bound(fits(&self.subject, 1, 255, Lines::Single));
        check.bound(self.correlation_id.as_deref().is_none_or(is_reference));
        check.bound(self.causation_id.as_deref().is_none_or(is_reference));
        check.bound(self.traceparent.as_deref().is_none_or(|text| (TRACEPARENT.check)(text).is_ok()));
        check.bound(self.tracestate.as_deref().is_none_or(|text| fits(text, 0, 512, Lines::Single)));
    }
}

impl<T: EventType> Event<T> {
    /// An event of this data, said now by `source`: a URI reference, usually the name of the service.
    ///
    /// # Errors
    /// Every rule that the data breaks, each with its place.
    pub fn new(source: impl Into<String>, data: T) -> Result<Self, Violations> {
        Self::builder(source, data).build()
    }

    /// An event whose envelope says more than [`new`](Self::new) can.
    pub fn builder(source: impl Into<String>, data: T) -> EventBuilder<T> {
        EventBuilder {
            id: None,
            source: source.into(),
            time: None,
            correlation_id: None,
            causation_id: None,
            traceparent: None,
            tracestate: None,
            data,
        }
    }

    /// Reads a message with the default limits; [`Decoder`] has the others.
    ///
    /// # Errors
    /// Every rule that the message breaks, each with its place; or that type or version is unknown.
    pub fn decode(message: &[u8]) -> Result<Self, DecodeError> {
        Decoder::new().decode(message)
    }

    /// Writes the message: structured JSON, in UTF-8, always the same bytes for the same event.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(1024);
        // Writing to memory does not fail, and every type of the contract has string keys.
        let _ = serde_json::to_writer(&mut bytes, &Wire::new(&self.attributes, &self.data));
        bytes
    }

    /// Turns the data into a newer form and keeps the envelope. The new data must keep its contract.
    ///
    /// # Errors
    /// Every rule that the new data breaks.
    pub fn upcast<U: EventType + From<T>>(self) -> Result<Event<U>, Violations> {
        Event { attributes: self.attributes, data: U::from(self.data), unknown_fields: self.unknown_fields }.validated()
    }

    /// Only what is valid leaves this function; what is not is diagnosed.
    fn validated(self) -> Result<Self, Violations> {
        let mut check = Check::quick(Timestamp::now());
        self.data.check(&mut check);
        self.attributes.check(&mut check);
        if check.holds() { Ok(self) } else { Err(diagnose::value(&self)) }
    }
}

impl<T> Event<T> {
    /// The identity: two messages with one id are one event.
    pub fn id(&self) -> EventId {
        self.attributes.id
    }

    /// Who said it.
    pub fn source(&self) -> &str {
        &self.attributes.source
    }

    /// When it was said.
    pub fn time(&self) -> Timestamp {
        self.attributes.time.timestamp()
    }

    /// The entity that it is about: the ordering key.
    pub fn subject(&self) -> &str {
        &self.attributes.subject
    }

    /// What started the chain of events that this one belongs to.
    pub fn correlation_id(&self) -> Option<&str> {
        self.attributes.correlation_id.as_deref()
    }

    /// The event that caused this one.
    pub fn causation_id(&self) -> Option<&str> {
        self.attributes.causation_id.as_deref()
    }

    /// The W3C trace context of the publisher.
    pub fn traceparent(&self) -> Option<&str> {
        self.attributes.traceparent.as_deref()
    }

    /// The vendors' part of the trace context.
    pub fn tracestate(&self) -> Option<&str> {
        self.attributes.tracestate.as_deref()
    }

    /// What happened.
    pub fn data(&self) -> &T {
        &self.data
    }

    /// What happened, without the envelope.
    pub fn into_data(self) -> T {
        self.data
    }

    /// How many fields of the message this reader did not know: they were accepted, and are not part of the event.
    pub fn unknown_fields(&self) -> usize {
        self.unknown_fields
    }
}

impl<T: PartialEq> PartialEq for Event<T> {
    fn eq(&self, other: &Self) -> bool {
        self.attributes == other.attributes && self.data == other.data
    }
}

/// Builds an [`Event`] whose envelope is spelt out.
#[derive(Debug, Clone)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct EventBuilder<T> {
    id: Option<EventId>,
    source: String,
    time: Option<Timestamp>,
    correlation_id: Option<String>,
    causation_id: Option<String>,
    traceparent: Option<String>,
    tracestate: Option<String>,
    data: T,
}

impl<T: EventType> EventBuilder<T> {
    /// The id, instead of the derived or a fresh one.
    pub fn id(mut self, id: EventId) -> Self {
        self.id = Some(id);
        self
    }

    /// When it was said, instead of now.
    pub fn time(mut self, time: Timestamp) -> Self {
        self.time = Some(time);
        self
    }

    /// What started the chain of events that this one belongs to.
    pub fn correlation_id(mut self, id: impl Into<String>) -> Self {
        self.correlation_id = Some(id.into());
        self
    }

    /// Names `cause` as the event that caused this one, and carries its correlation and its trace on.
    pub fn caused_by<C>(mut self, cause: &Event<C>) -> Self {
        self.causation_id = Some(cause.id().to_string());
        self.correlation_id.get_or_insert_with(|| match cause.correlation_id() {
            Some(id) => id.to_owned(),
            None => cause.id().to_string(),
        });
        if self.traceparent.is_none() {
            self.traceparent.clone_from(&cause.attributes.traceparent);
            self.tracestate.clone_from(&cause.attributes.tracestate);
        }
        self
    }

    /// The W3C trace context of the publisher.
    pub fn traceparent(mut self, traceparent: impl Into<String>) -> Self {
        self.traceparent = Some(traceparent.into());
        self
    }

    /// The vendors' part of the trace context.
    pub fn tracestate(mut self, tracestate: impl Into<String>) -> Self {
        self.tracestate = Some(tracestate.into());
        self
    }

    /// Makes the event.
    ///
    /// # Errors
    /// Every rule that the envelope or the data breaks, each with its place.
    pub fn build(self) -> Result<Event<T>, Violations> {
        let id = self.id.or_else(|| self.data.derived_id()).unwrap_or_else(EventId::generate);
        let attributes = Attributes {
            id,
            source: self.source,
            time: Moment::from(self.time.unwrap_or_else(Timestamp::now)),
            subject: self.data.subject(),
            correlation_id: self.correlation_id,
            causation_id: self.causation_id,
            traceparent: self.traceparent,
            tracestate: self.tracestate,
        };
        Event { attributes, data: self.data, unknown_fields: 0 }.validated()
    }
}

/// The message as it is written. The order of the fields is the order of `message_fields`.
#[derive(Debug, Serialize)]
pub(crate) struct Wire<'e, T> {
    specversion: &'static str,
    id: EventId,
    source: &'e str,
    r#type: &'static str,
    time: Moment,
    subject: &'e str,
    datacontenttype: &'static str,
    dataschema: DataSchema,
    dataversion: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    correlationid: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    causationid: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    traceparent: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tracestate: Option<&'e str>,
    data: &'e T,
}

impl<'e, T: EventType> Wire<'e, T> {
    pub(crate) fn new(attributes: &'e Attributes, data: &'e T) -> Self {
        Self {
            specversion: "1.0",
            id: attributes.id,
            source: &attributes.source,
            r#type: T::TYPE,
            time: attributes.time.timestamp().into(),
            subject: &attributes.subject,
            datacontenttype: "application/json",
            dataschema: DataSchema { event_type: T::TYPE, version: T::VERSION },
            dataversion: T::VERSION,
            correlationid: attributes.correlation_id.as_deref(),
            causationid: attributes.causation_id.as_deref(),
            traceparent: attributes.traceparent.as_deref(),
            tracestate: attributes.tracestate.as_deref(),
            data,
        }
    }
}

/// The URI of the schema of the data: a part of the schema of the message, under an anchor.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DataSchema {
    pub(crate) event_type: &'static str,
    pub(crate) version: u32,
}

impl std::fmt::Display for DataSchema {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "urn:workout:schema:{}:{}#data", self.event_type, self.version)
    }
}

impl Serialize for DataSchema {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
