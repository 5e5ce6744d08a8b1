//! The two traits: [`Contract`] for anything with a shape, [`EventType`] for what travels as an event.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::contract::Check;
use crate::contract::shape::{Field, Object, Shape};
use crate::event::Event;
use crate::read::{DecodeError, Older};
use crate::value::ids::EventId;

/// A value whose JSON form is part of a contract: it knows its shape and can say whether it keeps it.
///
/// Written by the [`contract`](crate::contract) and [`event`](crate::event) attributes; there is rarely a reason to
/// implement it by hand.
pub trait Contract: fmt::Debug + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// What the JSON form looks like.
    const SHAPE: &'static Shape;

    /// Checks the bounds of the value and of all that it contains, and the rules between its fields.
    fn check(&self, check: &mut Check<'_>);
}

/// The exchange that carries every type that has none of its own: a durable topic, routed by type.
pub const TOPIC_EXCHANGE: &str = "workout.events";

/// A type of event: data with a name, a version and a subject.
///
/// ```
/// use workout_events::{EntityId, Event, EventType, UserId, event};
///
/// /// A student's stage was accepted.
/// #[event(type = "stage.accepted", version = 1, subject = stage_id)]
/// pub struct StageAccepted {
///     /// The stage.
///     pub stage_id: EntityId,
///     /// The student who will do it.
///     pub student_id: UserId,
///     /// A word from the supervisor.
///     #[field(chars = 1..=500)]
///     pub comment: Option<String>,
/// }
///
/// let accepted = StageAccepted::new(EntityId::generate(), UserId::generate()).comment("Welcome!");
/// let event = Event::new("/stages", accepted)?;
/// assert_eq!(Event::<StageAccepted>::decode(&event.encode())?, event);
/// assert_eq!(StageAccepted::EXCHANGE, "workout.events");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # What does not compile
///
/// A text without a bound, which somebody would fill with a megabyte:
///
/// ```compile_fail
/// # use workout_events::{UserId, event};
/// /// A person wrote.
/// #[event(type = "person.wrote", version = 1, subject = user_id)]
/// pub struct PersonWrote {
///     /// The person.
///     pub user_id: UserId,
///     /// What was written.
///     pub text: String, // error: a text needs `#[field(chars = 1..=200)]` or `#[field(format = ...)]`
/// }
/// ```
///
/// A float, whose sums depend on their order:
///
/// ```compile_fail
/// # use workout_events::{UserId, event};
/// /// A person was weighed.
/// #[event(type = "person.weighed", version = 1, subject = user_id)]
/// pub struct PersonWeighed {
///     /// The person.
///     pub user_id: UserId,
///     /// The weight.
///     pub kilograms: f64, // error: sums of floats depend on their order; use an integer unit
/// }
/// ```
///
/// A field without a word about its meaning, which the schema would leave unexplained:
///
/// ```compile_fail
/// # use workout_events::{UserId, event};
/// /// A person left.
/// #[event(type = "person.left", version = 1, subject = user_id)]
/// pub struct PersonLeft {
///     pub user_id: UserId, // error: say what the field means, in a doc comment: the schema shows it
/// }
/// ```
///
/// A range that the type of the field cannot hold:
///
/// ```compile_fail
/// # use workout_events::{UserId, event};
/// /// A person had a birthday.
/// #[event(type = "person.aged", version = 1, subject = user_id)]
/// pub struct PersonAged {
///     /// The person.
///     pub user_id: UserId,
///     /// The age in years.
///     #[field(range = 0..=300)] // error: the range does not fit into the type of the field
///     pub years: u8,
/// }
/// ```
pub trait EventType: Contract {
    /// The name on the wire and the routing key, for example `workout.performed`.
    const TYPE: &'static str;

    /// The version of the data. Within one version only optional fields may be added.
    const VERSION: u32;

    /// The exchange that carries it.
    const EXCHANGE: &'static str = TOPIC_EXCHANGE;

    /// The shape of the whole message: the CloudEvents envelope around this data.
    const MESSAGE: &'static Object;

    /// The entity that the event is about: the key of per-subject ordering.
    fn subject(&self) -> String;

    /// The id that follows from the data, for facts that must be the same event whoever publishes them and when.
    ///
    /// `None` lets every new event take a fresh version 7 UUID.
    fn derived_id(&self) -> Option<EventId> {
        None
    }

    /// Reads a message of an older version and brings it up to this one.
    ///
    /// The default knows no older version. `#[event(previous = ...)]` implements it with `From`, which makes the
    /// upcast a pure function by its type.
    ///
    /// # Errors
    /// When the version is unknown, or the older message breaks the older contract.
    fn upcast(older: Older<'_>) -> Result<Event<Self>, DecodeError> {
        Err(older.unknown_version())
    }
}

/// The envelope of a message whose type or version the reader does not know.
pub(crate) static ANY_MESSAGE: Object =
    Object { name: "Message", doc: "A message of any type.", fields: &ANY_FIELDS, any_of: &[], rules: &[] };

static ANY_FIELDS: [Field; 14] = message_fields(
    &Shape::Text { min: 1, max: 255, lines: crate::contract::text::Lines::Single },
    &Shape::Integer { min: 1, max: u32::MAX as i64 },
    &Shape::Any,
);

/// The fields of the envelope around data of one type. Public for the expansion of the attributes only.
#[doc(hidden)]
#[must_use]
pub const fn message_fields(event_type: &'static Shape, version: &'static Shape, data: &'static Shape) -> [Field; 14] {
    use crate::contract::text::Lines;
    use crate::event;
    use crate::value::{ids, time};
    const REFERENCE: &Shape = &Shape::Formatted(&event::REFERENCE);
    const SUBJECT: Shape = Shape::Text { min: 1, max: 255, lines: Lines::Single };
    const fn field(name: &'static str, doc: &'static str, required: bool, shape: &'static Shape) -> Field {
        Field { name, doc, required, example: None, shape }
    }
    [
        field("specversion", "The version of CloudEvents.", true, &Shape::Constant("1.0")),
        field("id", "The identity of the event: two messages with one id are one event.", true, ids::UUID),
        field("source", "Who says so, for example the name of the service.", true, REFERENCE),
        field("type", "The type of the event, and its routing key.", true, event_type),
        field("time", "When it was said. Any offset is read; we write UTC.", true, time::TIME),
        field("subject", "The entity it is about: the ordering key.", false, &SUBJECT),
        field("datacontenttype", "Always JSON.", false, &Shape::Constant("application/json")),
        field("dataschema", "The URI of the schema of the data.", false, REFERENCE),
        field("dataversion", "The version of the data.", true, version),
        field("correlationid", "What started the chain of events that this one belongs to.", false, REFERENCE),
        field("causationid", "The event that caused this one.", false, REFERENCE),
        field("traceparent", "The W3C trace context of the publisher.", false, &Shape::Formatted(&event::TRACEPARENT)),
        field(
            "tracestate",
            "The vendors' part of the trace context.",
            false,
            &Shape::Text { min: 0, max: 512, lines: Lines::Single },
        ),
        field("data", "What happened.", true, data),
    ]
}
