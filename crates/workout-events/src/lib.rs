#![doc = include_str!("../README.md")]
//!
//! # Where to look
//!
//! | you want to | start at |
//! |---|---|
//! | say that something happened | [`Event::new`], [`WorkoutPerformed`], [`types`] |
//! | read what others said | [`Event::decode`], [`Decoder`], [`DecodeError`] |
//! | read messages of a type known only at run time | [`Registry`] |
//! | bring your own family of events | [`event`](macro@event), [`contract`](macro@contract), [`EventType`] |
//! | change the meaning of a type | [`EventType::upcast`] |
//! | send an event by a client of your own | [`amqp::Message`] |
//! | move services over from the plain envelope | [`plain`] |
//! | know what a refused message did wrong | [`Code`], [`Violation`] |
//!
//! # Features
//!
//! | feature | brings |
//! |---|---|
//! | *(default)* | the contract: types, envelope, decoder, AMQP mapping |
//! | `schema` | the module `schema`: JSON Schemas, the AsyncAPI document, the compatibility gate |
//! | `jsonschema` | the schemas compiled into validators of the `jsonschema` crate |
//! | `schemars` | `schemars::JsonSchema` for the events, for OpenAPI generators |
//! | `testing` | the module `testing`: generators of valid and of broken events for property tests |
#![cfg_attr(docsrs, feature(doc_cfg))]

extern crate self as workout_events;

mod violation;

mod contract;

mod value;

mod event;

mod read;

pub mod types;

#[cfg(feature = "schema")]
pub mod schema;
#[cfg(feature = "testing")]
pub mod testing;

/// What the expansions of the attributes need; not part of the API.
#[doc(hidden)]
pub mod __private;

pub use jiff;
pub use uuid;
pub use workout_events_derive::{contract, event};

pub use crate::contract::shape;
pub use crate::contract::{Check, Contract, EventType, TOPIC_EXCHANGE};
pub use crate::event::amqp;
pub use crate::event::{Event, EventBuilder};
pub use crate::read::plain;
pub use crate::read::{Accepted, DecodeError, Decoder, MAX_MESSAGE_BYTES, Older, Registry, TypeInfo, type_of};
pub use crate::types::UnknownChoice;
#[doc(inline)]
pub use crate::types::workout::{
    ActivityType, Entered, EnteredUnit, Exercise, LoadMode, Modality, Set, SetKind, Source, WorkoutDeleted,
    WorkoutPerformed,
};
pub use crate::value::ids::{
    EntityId, EventId, GoalId, GroupSessionId, IdError, ImportId, NAMESPACE, NotificationId, RecordId, SessionId,
    UserId, WodId, WodRequestId, WorkoutId,
};
pub use crate::value::time::{Moment, TimeError, ZoneName};
pub use crate::violation::{Code, Violation, Violations};
