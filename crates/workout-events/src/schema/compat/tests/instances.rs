//! Random instances near to what a schema accepts.

use serde_json::{Map, Value, json};

use super::strategies::{NAMES, NEW, pieces};

/// Bytes without end that depend on the seed alone.
pub(super) fn noise(seed: u64) -> impl Iterator<Item = u8> {
    let next =
        |state: &u64| Some(state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407));
    std::iter::successors(Some(seed), next).skip(1).map(|state| state.to_be_bytes()[0])
}

/// Instances near to what a schema accepts, from a tape of random choices.
pub(super) fn instance(root: &Value, schema: &Value, tape: &mut impl Iterator<Item = u8>, depth: u8) -> Value {
    let mut next = |below: usize| usize::from(tape.next().unwrap_or(0)) % below;
    let pieces = pieces();
    let schema = match schema["$ref"].as_str() {
        Some(reference) => root.pointer(&reference[1..]).unwrap(),
        None => schema,
    };
    if depth == 0 || next(12) == 0 {
        return pieces[next(pieces.len())].clone();
    }
    if let Some(value) = schema.get("const") {
        return value.clone();
    }
    if let Some(values) = schema["enum"].as_array() {
        return values[next(values.len())].clone();
    }
    let number = || [("minimum", 0), ("maximum", 0), ("exclusiveMinimum", 1), ("exclusiveMaximum", -1)];
    match schema["type"].as_str() {
        Some("object") => {
            let mut fields = Map::new();
            for name in NAMES.iter().chain([&NEW]) {
                let required = schema["required"].as_array().is_some_and(|names| names.contains(&json!(name)));
                let likely = if required { 8 } else { 3 };
                let chosen = usize::from(tape.next().unwrap_or(0)) % 9 < likely;
                let any = json!({});
                let known = schema["properties"].get(name);
                let field = known.or_else(|| schema.get("additionalProperties")).unwrap_or(&any);
                if chosen && (known.is_some() || field != &Value::Bool(false)) {
                    fields.insert((*name).to_owned(), instance(root, field, tape, depth - 1));
                }
            }
            Value::Object(fields)
        }
        Some("array") => {
            let size = next(4);
            let any = json!({});
            let items = schema.get("items").unwrap_or(&any);
            (0..size).map(|_| instance(root, items, tape, depth - 1)).collect()
        }
        Some("integer" | "number") => {
            let bounds: Vec<_> =
                number().iter().filter_map(|(name, off)| Some(schema[*name].as_i64()? + off)).collect();
            let bound = bounds.get(next(bounds.len().max(1))).copied().unwrap_or(0);
            json!(bound + [0, 0, 1, -1, 2, -2][next(6)])
        }
        Some("string") if schema.get("format").is_none() => json!("xxxxx"[..next(5)]),
        _ => pieces[next(pieces.len())].clone(),
    }
}

/// The instance without the fields that are new or that a closed released object does not know.
pub(super) fn known(released: &Value, current: &Value, schemas: (&Value, &Value), instance: &Value) -> Value {
    let follow = |root: &Value, schema: &Value| match schema["$ref"].as_str() {
        Some(reference) => root.pointer(&reference[1..]).unwrap().clone(),
        None => schema.clone(),
    };
    let (old, new) = (follow(released, schemas.0), follow(current, schemas.1));
    let into = |keyword: &str, name: Option<&str>, value: &Value| {
        let part = |schema: &Value| {
            let part = name
                .map_or(&schema[keyword], |name| schema[keyword].get(name).unwrap_or(&schema["additionalProperties"]));
            part.clone()
        };
        known(released, current, (&part(&old), &part(&new)), value)
    };
    match instance {
        Value::Array(items) => items.iter().map(|item| into("items", None, item)).collect(),
        Value::Object(fields) => {
            let drops = |name: &str| {
                let described = |schema: &Value| schema["properties"].get(name).is_some();
                let restricted = |schema: &Value| schema.as_object().is_some_and(|schema| !schema.is_empty());
                let unknown = !described(&old) && !restricted(&old["additionalProperties"]);
                unknown && (described(&new) || old["additionalProperties"] == json!(false))
            };
            let kept = fields.iter().filter(|(name, _)| !drops(name));
            kept.map(|(name, field)| (name.clone(), into("properties", Some(name), field)))
                .collect::<Map<_, _>>()
                .into()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => instance.clone(),
    }
}
