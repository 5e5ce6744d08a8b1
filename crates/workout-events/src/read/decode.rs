//! From bytes to events, or to the reasons why not.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use crate::contract::Check;
use crate::contract::shape::Shape;
use crate::contract::{ANY_MESSAGE, Contract, EventType};
use crate::event::{Attributes, Event, REFERENCE};
use crate::read::diagnose;
use crate::read::scan::{Scan, scan};
use crate::value::ids::EventId;
use crate::value::time::Moment;
use crate::violation::{Code, Violation, Violations};

/// The largest message that is read and written unless told otherwise: 256 KiB.
pub const MAX_MESSAGE_BYTES: usize = 256 * 1024;

/// Why a message is not the event that the reader asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The message breaks the contract and always will: quarantine it.
    #[error("the message breaks the contract")]
    Refused(#[source] Violations),
    /// The message is of a type that this reader does not know.
    #[error("the message is of another type")]
    UnknownType(#[source] Violations),
    /// The type is known but not in this version: park the message, a newer reader may know it.
    #[error("the message is of an unknown version")]
    UnknownVersion(#[source] Violations),
}

impl DecodeError {
    /// Everything that is wrong with the message.
    #[must_use]
    pub fn violations(&self) -> &Violations {
        match self {
            Self::Refused(violations) | Self::UnknownType(violations) | Self::UnknownVersion(violations) => violations,
        }
    }
}

impl From<Violations> for DecodeError {
    fn from(violations: Violations) -> Self {
        Self::Refused(violations)
    }
}

/// The type that a message says it has, without reading the rest of it: to choose who reads it.
///
/// Knows the plain envelope too. `None` where there is no such name; the reader then says what is wrong.
#[must_use]
pub fn type_of(message: &[u8]) -> Option<Cow<'_, str>> {
    #[derive(Deserialize)]
    struct Named<'m> {
        #[serde(borrow, alias = "event_type")]
        r#type: Cow<'m, str>,
    }
    serde_json::from_slice::<Named<'_>>(message).ok().map(|named| named.r#type)
}

/// How messages are read: the limits, and what is tolerated.
///
/// ```
/// use workout_events::{Code, Decoder, WorkoutPerformed};
///
/// let error = Decoder::new().decode::<WorkoutPerformed>(b"[]").unwrap_err();
/// assert_eq!(error.violations().first().code, Code::WrongType);
/// ```
#[derive(Debug, Clone)]
#[must_use = "a decoder does nothing until `decode` is called"]
pub struct Decoder {
    max_bytes: usize,
    now: Option<Timestamp>,
    plain_envelope: bool,
    deny_unknown: bool,
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}

impl Decoder {
    /// The default limits: 256 KiB, the clock of the machine, CloudEvents only.
    pub const fn new() -> Self {
        Self { max_bytes: MAX_MESSAGE_BYTES, now: None, plain_envelope: false, deny_unknown: false }
    }

    /// The largest message to read.
    pub const fn max_bytes(mut self, bytes: usize) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// The time against which "more than 24 hours in the future" is judged, instead of the clock of the machine.
    pub const fn now(mut self, now: Timestamp) -> Self {
        self.now = Some(now);
        self
    }

    /// Also reads the plain envelope `{event_type, payload, service, timestamp, version}`; see [`plain`](crate::plain).
    pub const fn accept_plain_envelope(mut self) -> Self {
        self.plain_envelope = true;
        self
    }

    /// Refuses fields that the contract does not know, each with its place, instead of counting them.
    ///
    /// For what a person or a client of one's own sends, where such a field is a misspelt one. A consumer of events must
    /// not do this: a newer producer may say more.
    pub const fn deny_unknown_fields(mut self) -> Self {
        self.deny_unknown = true;
        self
    }

    /// Reads a message as an event of type `T`, bringing older versions up to date.
    ///
    /// # Errors
    /// Every rule that the message breaks, each with its place; or that type or version is unknown.
    pub fn decode<T: EventType>(&self, message: &[u8]) -> Result<Event<T>, DecodeError> {
        let text = self.text(message)?;
        match self.rewrite_plain(text)? {
            Some(rewritten) => self.decode_text(&rewritten).map_err(crate::read::plain::rename),
            None => self.decode_text(text),
        }
    }

    /// Reads data without an envelope, as an HTTP request carries it, as strictly as in a message.
    ///
    /// ```
    /// use workout_events::{Code, Decoder, Source};
    ///
    /// let source: Source = Decoder::new().decode_data(br#"{"name": "coach"}"#)?;
    /// let violations = Decoder::new().decode_data::<Source>(br#"{"name": ""}"#).unwrap_err();
    /// assert_eq!((violations.first().code, violations.first().pointer.as_str()), (Code::TooShort, "/name"));
    /// # Ok::<(), workout_events::Violations>(())
    /// ```
    ///
    /// # Errors
    /// Every rule that the data breaks; the pointers start at the data itself.
    pub fn decode_data<T: Contract>(&self, data: &[u8]) -> Result<T, Violations> {
        let text = self.text(data)?;
        let object = match T::SHAPE {
            Shape::Object(object) => Some(*object),
            _ => None,
        };
        let scan = scan(text, object, self.deny_unknown);
        let now = self.now.unwrap_or_else(Timestamp::now);
        if scan.violations.is_empty()
            && let Ok(value) = serde_json::from_str::<T>(text)
        {
            let mut check = Check::quick(now);
            value.check(&mut check);
            if check.holds() {
                return Ok(value);
            }
        }
        match diagnose::parse(text, &scan) {
            Some(mut tree) if !scan.broken => Err(diagnose::data::<T>(&mut tree, scan, now)),
            _ => Err(Violations::new(scan.violations).unwrap_or_else(not_json)),
        }
    }

    /// The message as a CloudEvent, if it is in the plain envelope and that is accepted.
    pub(crate) fn rewrite_plain(&self, text: &str) -> Result<Option<String>, DecodeError> {
        if self.plain_envelope { crate::read::plain::rewrite(text) } else { Ok(None) }
    }

    pub(crate) fn text<'m>(&self, message: &'m [u8]) -> Result<&'m str, Violations> {
        let refuse = |code: Code, message: String| Err(Violations::one(code, "", message));
        if message.is_empty() {
            return refuse(Code::Empty, "a JSON object is expected".to_owned());
        }
        if message.len() > self.max_bytes {
            return refuse(Code::TooLarge, format!("at most {} bytes are read", self.max_bytes));
        }
        match std::str::from_utf8(message) {
            Ok(text) => Ok(text),
            Err(error) => refuse(Code::NotUtf8, format!("the bytes from {} on are not UTF-8", error.valid_up_to())),
        }
    }

    fn decode_text<T: EventType>(&self, text: &str) -> Result<Event<T>, DecodeError> {
        let scan = scan(text, Some(T::MESSAGE), self.deny_unknown);
        let now = self.now.unwrap_or_else(Timestamp::now);
        if scan.violations.is_empty()
            && let Ok(typed) = serde_json::from_str::<Typed<'_, T>>(text)
            && let Some(event) = typed.accept(now, scan.unknown_fields)
        {
            return Ok(event);
        }
        self.refuse(text, scan, now)
    }

    /// Finds out why the quick way refused. Off the usual path, so it may take its time.
    #[cold]
    fn refuse<T: EventType>(&self, text: &str, scan: Scan, now: Timestamp) -> Result<Event<T>, DecodeError> {
        if scan.broken {
            return Err(Violations::new(scan.violations).unwrap_or_else(not_json).into());
        }
        let Some(mut tree) = diagnose::parse(text, &scan) else {
            return Err(Violations::new(scan.violations).unwrap_or_else(not_json).into());
        };
        if let Some(other) = tree.get("type").and_then(Value::as_str).filter(|name| *name != T::TYPE) {
            let reason = unknown_type(other);
            return Err(DecodeError::UnknownType(diagnose::envelope(&mut tree, scan, &ANY_MESSAGE, reason)));
        }
        let version = tree.get("dataversion").and_then(Value::as_u64);
        if let Some(version) = version.filter(|version| *version != u64::from(T::VERSION)) {
            return T::upcast(Older { decoder: self, text, version });
        }
        Err(diagnose::message::<T>(&mut tree, scan, now).into())
    }
}

fn not_json() -> Violations {
    Violations::one(Code::InvalidJson, "", "the text is not JSON")
}

pub(crate) fn unknown_type(name: &str) -> Violation {
    // The name is named only if it is one: a log must not carry what a stranger put there.
    let named = name.len() <= 64 && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'));
    let name = if named { format!(" \"{name}\"") } else { String::new() };
    Violation::new(Code::UnknownType, "/type", format!("the reader does not know the type{name}"))
}

/// A message of a type that the reader knows, in another version.
#[derive(Debug)]
pub struct Older<'m> {
    decoder: &'m Decoder,
    text: &'m str,
    version: u64,
}

impl Older<'_> {
    /// Reads the message as the older type `P`, which may itself go further back.
    ///
    /// # Errors
    /// When the message breaks the older contract, or its version is unknown to `P` as well.
    pub fn decode<P: EventType>(&self) -> Result<Event<P>, DecodeError> {
        self.decoder.decode_text(self.text)
    }

    /// The version of the message.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The error that says that nobody knows this version.
    #[must_use]
    pub fn unknown_version(&self) -> DecodeError {
        let scan = scan(self.text, Some(&ANY_MESSAGE), self.decoder.deny_unknown);
        let reason = Violation::new(
            Code::UnknownVersion,
            "/dataversion",
            format!("the reader does not know version {} of this type", self.version),
        );
        let violations = match diagnose::parse(self.text, &scan) {
            Some(mut tree) => diagnose::envelope(&mut tree, scan, &ANY_MESSAGE, reason),
            None => Violations::one(reason.code, reason.pointer, reason.message),
        };
        // A broken message is refused whatever its version: parking it would only delay that.
        if violations.as_slice().len() == 1 {
            DecodeError::UnknownVersion(violations)
        } else {
            DecodeError::Refused(violations)
        }
    }
}

/// The message with its Rust types, before its bounds are checked.
#[derive(Deserialize)]
struct Typed<'m, T> {
    #[serde(borrow)]
    specversion: Cow<'m, str>,
    id: EventId,
    source: String,
    #[serde(borrow)]
    r#type: Cow<'m, str>,
    time: Moment,
    subject: Option<String>,
    datacontenttype: Option<Cow<'m, str>>,
    dataschema: Option<Cow<'m, str>>,
    dataversion: u32,
    correlationid: Option<String>,
    causationid: Option<String>,
    traceparent: Option<String>,
    tracestate: Option<String>,
    data: T,
}

impl<T: EventType> Typed<'_, T> {
    /// The event, if every rule holds.
    fn accept(self, now: Timestamp, unknown_fields: usize) -> Option<Event<T>> {
        let mut check = Check::quick(now);
        check.bound(self.specversion == "1.0" && self.r#type == T::TYPE && self.dataversion == T::VERSION);
        check.bound(self.datacontenttype.is_none_or(|content_type| content_type == "application/json"));
        check.bound(self.dataschema.is_none_or(|uri| (REFERENCE.check)(&uri).is_ok()));
        check.not_in_future("time", self.time);
        self.data.check(&mut check);
        let attributes = Attributes {
            id: self.id,
            source: self.source,
            time: Moment::from(self.time.timestamp()),
            subject: self.subject.unwrap_or_else(|| self.data.subject()),
            correlation_id: self.correlationid,
            causation_id: self.causationid,
            traceparent: self.traceparent,
            tracestate: self.tracestate,
        };
        attributes.check(&mut check);
        check.holds().then_some(Event { attributes, data: self.data, unknown_fields })
    }
}
