//! `schemars::JsonSchema` for events, so that they fit into OpenAPI documents and the like.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};

use crate::contract::EventType;
use crate::contract::shape::{Object, Shape};
use crate::event::Event;
use crate::schema::json_schema::Definitions;

/// Hands the definitions over to the generator, and returns the reference to the object itself.
fn define(object: &'static Object, generator: &mut SchemaGenerator) -> Schema {
    let mut definitions = Definitions { at: "#/$defs/", schemas: serde_json::Map::new() };
    let schema = definitions.object(object);
    for (name, schema) in definitions.schemas {
        generator.definitions_mut().entry(name).or_insert(schema);
    }
    schema.try_into().unwrap_or_default()
}

impl<T: EventType> JsonSchema for Event<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("{}Event", T::MESSAGE.data().map_or(T::TYPE, |object| object.name)).into()
    }

    fn schema_id() -> Cow<'static, str> {
        format!("urn:workout:schema:{}:{}", T::TYPE, T::VERSION).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        define(T::MESSAGE, generator)
    }
}

macro_rules! data_schemas {
    ($($ty:path),* $(,)?) => {$(
        impl JsonSchema for $ty {
            fn schema_name() -> Cow<'static, str> {
                match <Self as crate::Contract>::SHAPE {
                    Shape::Object(object) => object.name.into(),
                    _ => stringify!($ty).rsplit("::").next().unwrap_or_default().trim().into(),
                }
            }

            fn schema_id() -> Cow<'static, str> {
                stringify!($ty).into()
            }

            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                match <Self as crate::Contract>::SHAPE {
                    Shape::Object(object) => define(object, generator),
                    other => crate::schema::data_schema(other).try_into().unwrap_or_default(),
                }
            }
        }
    )*};
}

data_schemas! {
    crate::ActivityType, crate::Exercise, crate::Set, crate::SetKind, crate::Source, crate::WorkoutDeleted,
    crate::WorkoutPerformed, crate::LoadMode, crate::Modality, crate::Entered, crate::EnteredUnit,
    crate::EventId, crate::UserId, crate::WorkoutId, crate::GoalId, crate::Moment, crate::ZoneName,
    crate::types::goal::GoalSet, crate::types::goal::GoalMetric, crate::types::goal::GoalPeriod,
    crate::types::record::RecordSet, crate::types::record::RecordKind,
    crate::types::user::WeekStart, crate::types::user::Units,
}

#[cfg(test)]
mod tests {
    use crate::{Event, WorkoutPerformed};

    #[test]
    fn a_document_of_schemars_holds_the_definitions_of_the_contract() {
        let schema = schemars::schema_for!(Event<WorkoutPerformed>).to_value();
        let set = schema.pointer("/$defs/Set/properties/reps/maximum").cloned();
        assert_eq!(set, Some(1_000.into()));
        assert_eq!(schema.pointer("/properties/data/$ref"), Some(&"#/$defs/WorkoutPerformed".into()));
    }
}
