//! Generators for property tests: valid events, and messages with something broken.
//!
//! ```
//! use proptest::prelude::*;
//! use workout_events::{Event, WorkoutPerformed, testing};
//!
//! proptest!(|(event in testing::event::<WorkoutPerformed>())| {
//!     prop_assert_eq!(Event::decode(&event.encode()).unwrap(), event);
//! });
//! ```
//!
//! Everything is generated from the shape of the type, so a type of your own works as well. Where a type has rules
//! between its fields that a random value breaks, [`event`] discards what is refused, and [`message`] may not keep
//! them; the first-party types never need that.

mod mutate;
mod settle;
mod value;

use proptest::prelude::*;
use serde_json::Value;

use crate::contract::shape::Object;
use crate::contract::{Contract, EventType};
use crate::event::Event;
use crate::read::TypeInfo;

pub use mutate::mutated;

/// Events of the type `T`.
pub fn event<T: EventType>() -> impl Strategy<Value = Event<T>> {
    tree(T::MESSAGE).prop_filter_map("the message breaks a rule between fields", |tree| {
        Event::decode(tree.to_string().as_bytes()).ok()
    })
}

/// The data of events of the type `T`.
pub fn data<T: EventType>() -> impl Strategy<Value = T> {
    event::<T>().prop_map(Event::into_data)
}

/// Values of any contract, such as an enum or a part of an event.
pub fn part<T: Contract>() -> impl Strategy<Value = T> {
    value::of(T::SHAPE)
        .prop_filter_map("the value breaks a rule between fields", |tree| serde_json::from_value(tree).ok())
}

/// Messages of a type, as JSON.
pub fn message(info: &TypeInfo) -> impl Strategy<Value = Value> + use<> {
    tree(info.message)
}

fn tree(message: &'static Object) -> impl Strategy<Value = Value> {
    value::object(message).prop_map(|mut tree| {
        settle::message(&mut tree);
        tree
    })
}
