//! Samples: values that keep a shape, for repairs and for documents.

use serde_json::{Map, Value};

use crate::contract::shape::{Field, Object, Shape};

/// The smallest value that keeps the shape.
pub(crate) fn shape(shape: &Shape) -> Value {
    match shape {
        Shape::Any => Value::Null,
        Shape::Boolean => Value::Bool(false),
        Shape::Integer { min, .. } => (*min).into(),
        Shape::Version(version) => (*version).into(),
        Shape::Text { min, .. } => "x".repeat(*min).into(),
        Shape::Formatted(format) => format.sample.into(),
        Shape::Constant(text) => (*text).into(),
        Shape::Choice(choices) => choices.first().copied().unwrap_or_default().into(),
        Shape::List { min, of, .. } => (0..*min).map(|_| self::shape(of)).collect(),
        Shape::Object(object) => smallest(object),
    }
}

/// A value for one field.
pub(crate) fn field(field: &Field) -> Value {
    field.example.map_or_else(|| shape(field.shape), Value::from)
}

/// An object of the required fields, and of the first where one of several is.
fn smallest(object: &Object) -> Value {
    let needed = |name: &str| object.any_of.first() == Some(&name);
    let fields = object.fields.iter().filter(|field| field.required || needed(field.name));
    Value::Object(fields.map(|field| (field.name.to_owned(), self::field(field))).collect::<Map<_, _>>())
}

/// A value with every field, for documents and the corpus.
#[cfg(feature = "schema")]
pub(crate) fn full(shape: &Shape) -> Value {
    match shape {
        Shape::Object(object) => {
            let fields = object.fields.iter();
            let value = |field: &Field| field.example.map_or_else(|| full(field.shape), Value::from);
            Value::Object(fields.map(|field| (field.name.to_owned(), value(field))).collect())
        }
        Shape::List { max, of, .. } => vec![full(of); (*max).min(1)].into(),
        Shape::Integer { max, .. } if *max < 200 => (*max).into(),
        Shape::Text { max, .. } => text_of(*max).into(),
        other => self::shape(other),
    }
}

/// Some words in several scripts, cut to `max` characters.
#[cfg(feature = "schema")]
fn text_of(max: usize) -> String {
    "Morgens früh, утром, 朝, בבוקר 🏋️".chars().take(max.min(200)).collect()
}
