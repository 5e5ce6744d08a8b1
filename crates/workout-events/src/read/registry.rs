//! Types known at run time: for tools and consumers that read more than one.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::Value;

use crate::EventId;
use crate::contract::shape::Object;
use crate::contract::{ANY_MESSAGE, EventType};
use crate::event::amqp::{self, TooLarge};
use crate::read::decode::{DecodeError, Decoder, unknown_type};
use crate::read::diagnose;
use crate::read::scan::scan;
use crate::types::{audit, goal, group, import, notification, record, session, user, wod, workout};
use crate::violation::{Code, Violations};

/// What is known of one type of event, without its Rust type.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct TypeInfo {
    /// The name on the wire.
    pub event_type: &'static str,
    /// The version of the data.
    pub version: u32,
    /// The exchange that carries it.
    pub exchange: &'static str,
    /// The shape of the whole message.
    pub message: &'static Object,
    read: fn(&Decoder, &[u8]) -> Result<Accepted, DecodeError>,
    forward: fn(&Decoder, &[u8], Vec<u8>) -> Forwarded,
}

/// The message that carries the given body for the event that was read.
type Forwarded = Result<(EventId, amqp::Message), DecodeError>;

impl TypeInfo {
    /// The shape of the data inside the message.
    #[must_use]
    pub fn data(&self) -> Option<&'static Object> {
        self.message.data()
    }

    /// What the type means, as one sentence.
    #[must_use]
    pub fn meaning(&self) -> &'static str {
        self.data().map_or(self.message.doc, |data| data.doc)
    }
}

/// What a registry says of a message that keeps its contract.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Accepted {
    /// The type of the event.
    pub event_type: &'static str,
    /// The version that the data has now, after upcasting.
    pub version: u32,
    /// The id of the event.
    pub id: EventId,
    /// The message in its canonical form, in the newest version.
    pub message: Vec<u8>,
    /// How many fields the reader did not know.
    pub unknown_fields: usize,
}

/// A set of event types by name.
///
/// ```
/// use workout_events::Registry;
///
/// let registry = Registry::workout();
/// let error = registry.read(br#"{"type":"workout.juggled"}"#).unwrap_err();
/// assert!(matches!(error, workout_events::DecodeError::UnknownType(_)));
/// ```
#[derive(Debug, Clone, Default)]
pub struct Registry {
    types: BTreeMap<&'static str, TypeInfo>,
    decoder: Decoder,
}

impl Registry {
    /// A registry that knows nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The first-party types.
    // Inline, so that the readers of all types are compiled in the crate that asks for them, and not in every build.
    #[inline]
    #[must_use]
    pub fn workout() -> Self {
        Self::new()
            .with::<workout::WorkoutPerformed>()
            .with::<workout::WorkoutDeleted>()
            .with::<session::SessionStarted>()
            .with::<session::SessionEnded>()
            .with::<session::SessionAbandoned>()
            .with::<user::UserRegistered>()
            .with::<user::UserPreferencesChanged>()
            .with::<user::UserVisibilityChanged>()
            .with::<user::UserErased>()
            .with::<goal::GoalSet>()
            .with::<goal::GoalChanged>()
            .with::<goal::GoalCancelled>()
            .with::<goal::GoalAchieved>()
            .with::<goal::GoalRevoked>()
            .with::<goal::GoalMissed>()
            .with::<record::RecordSet>()
            .with::<record::RecordRevoked>()
            .with::<wod::WodRequested>()
            .with::<wod::WodAttemptFailed>()
            .with::<wod::WodGenerated>()
            .with::<wod::WodDeadLettered>()
            .with::<group::GroupOpened>()
            .with::<group::GroupJoined>()
            .with::<group::GroupLeft>()
            .with::<group::GroupMessagePosted>()
            .with::<group::GroupClosed>()
            .with::<notification::NotificationRequested>()
            .with::<notification::NotificationDelivered>()
            .with::<notification::NotificationFailed>()
            .with::<audit::AuditRecorded>()
            .with::<import::ImportCompleted>()
    }

    /// Also knows `T`, in its newest version and in those it can upcast.
    #[must_use]
    pub fn with<T: EventType>(mut self) -> Self {
        let info = TypeInfo {
            event_type: T::TYPE,
            version: T::VERSION,
            exchange: T::EXCHANGE,
            message: T::MESSAGE,
            read: |decoder, message| {
                let event = decoder.decode::<T>(message)?;
                Ok(Accepted {
                    event_type: T::TYPE,
                    version: T::VERSION,
                    id: event.id(),
                    unknown_fields: event.unknown_fields(),
                    message: event.encode(),
                })
            },
            forward: |decoder, message, body| {
                let event = decoder.decode::<T>(message)?;
                let too_large = |error: TooLarge| Violations::one(Code::TooLarge, "", error.to_string());
                Ok((event.id(), amqp::Message::carrying(&event, body).map_err(too_large)?))
            },
        };
        self.types.insert(T::TYPE, info);
        self
    }

    /// Reads with this decoder instead of the default one.
    #[must_use]
    pub fn decoder(mut self, decoder: Decoder) -> Self {
        self.decoder = decoder;
        self
    }

    /// The types, by name.
    #[must_use]
    pub fn types(&self) -> impl ExactSizeIterator<Item = &TypeInfo> {
        self.types.values()
    }

    /// The type of this name.
    #[must_use]
    pub fn get(&self, event_type: &str) -> Option<&TypeInfo> {
        self.types.get(event_type)
    }

    /// Reads a message of whichever type it says it is.
    ///
    /// # Errors
    /// Every rule that the message breaks, each with its place; or that type or version is unknown.
    pub fn read(&self, message: &[u8]) -> Result<Accepted, DecodeError> {
        let Named { info, .. } = self.name(message)?;
        (info.read)(&self.decoder, message)
    }

    /// Reads a message as [`read`](Self::read) does, and gives what to publish for it: under its own id, to the exchange of
    /// its type.
    ///
    /// For what is published on behalf of someone else, as from a file. The body is the message as it was written, with
    /// the fields that this reader does not know and in the version it is in; one in the plain envelope becomes a
    /// `CloudEvent`.
    ///
    /// # Errors
    /// As for [`read`](Self::read).
    pub fn forward(&self, message: &[u8]) -> Result<(EventId, amqp::Message), DecodeError> {
        let Named { info, text, version } = self.name(message)?;
        let body = text.trim_ascii().as_bytes().to_vec();
        let (id, mut forwarded) = (info.forward)(&self.decoder, message, body)?;
        // It was written in a version that the reader only upcasts from.
        if let Some((_, header)) = forwarded.headers.iter_mut().find(|(name, _)| *name == amqp::DATA_VERSION)
            && let Some(version) = version
        {
            *header = amqp::HeaderValue::Integer(version);
        }
        Ok((id, forwarded))
    }

    /// Finds the type that the message says it is of.
    fn name<'m>(&self, message: &'m [u8]) -> Result<Named<'_, 'm>, DecodeError> {
        let text = self.decoder.text(message)?;
        let text = self.decoder.rewrite_plain(text)?.map_or(Cow::Borrowed(text), Cow::Owned);
        // The types disagree about nothing but the data, so any of them finds the name; it is read again by its own.
        let named = scan(&text, Some(&ANY_MESSAGE), false);
        if named.broken {
            return Err(refused(named.violations));
        }
        let Some(mut tree) = diagnose::parse(&text, &named) else {
            return Err(refused(named.violations));
        };
        let Some(name) = tree.get("type").and_then(Value::as_str) else {
            // Without a name there is only the envelope to judge, and it lacks its type.
            return Err(refused(diagnose::object(&mut tree, named, &ANY_MESSAGE)));
        };
        if let Some(info) = self.types.get(name) {
            let version = tree.get("dataversion").and_then(Value::as_i64);
            return Ok(Named { info, text, version });
        }
        let reason = unknown_type(name);
        Err(DecodeError::UnknownType(diagnose::envelope(&mut tree, named, &ANY_MESSAGE, reason)))
    }
}

/// A message whose type is known, and nothing else of it yet.
struct Named<'r, 'm> {
    info: &'r TypeInfo,
    /// The message as a `CloudEvent`.
    text: Cow<'m, str>,
    version: Option<i64>,
}

fn refused(violations: Vec<crate::Violation>) -> DecodeError {
    Violations::new(violations).unwrap_or_else(|| Violations::one(Code::InvalidJson, "", "the text is not JSON")).into()
}
