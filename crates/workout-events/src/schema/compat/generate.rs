//! Small instances of a schema: required fields only, and the plainest value for each.

use serde_json::{Map, Value};

use super::accept::Judge;
use super::document::{ANYTHING, Node};
use super::trust::sample_of_format;
use super::types;

/// Deeper than any message; a type that requires itself has no instance.
const DEEPEST: u8 = 32;

/// Bounds beyond this size get no example: nobody would read it.
pub(super) const LARGEST: usize = 10_000;

/// A small instance that the schema certainly accepts.
pub(super) fn minimal<'a>(judge: Judge<'a, '_>, schema: &'a Value) -> Option<Value> {
    within(judge, schema, DEEPEST)
}

/// Objects with the given fields and what the schema requires beside them: the first with nothing else, the others each
/// with what one alternative of `anyOf` or `oneOf` requires. They may still be refused.
pub(super) fn objects<'a>(judge: Judge<'a, '_>, node: &Node<'a>, with: &[(&str, Value)]) -> Vec<Value> {
    objects_within(judge, node, with, DEEPEST)
}

/// An array of this size, with the given items first; `None` when there is no plain item to fill it up.
pub(super) fn array<'a>(judge: Judge<'a, '_>, node: &Node<'a>, first: &[Value], size: usize) -> Option<Value> {
    array_within(judge, node, first, size, DEEPEST)
}

/// The smallest size that a keyword such as `minItems` demands.
pub(super) fn least(node: &Node<'_>, keyword: &str) -> usize {
    node.get(keyword).and_then(Value::as_u64).and_then(|size| usize::try_from(size).ok()).unwrap_or(0)
}

/// A string of this length.
pub(super) fn string(size: usize) -> Option<Value> {
    (size <= LARGEST).then(|| Value::from("x".repeat(size)))
}

/// The number itself and its neighbours, the nearest first.
pub(super) fn neighbours(number: &Value) -> Vec<Value> {
    let whole = number.as_i64().into_iter().flat_map(|n| [n.checked_add(1), n.checked_sub(1)]).flatten();
    let half = number.as_f64().into_iter().flat_map(|n| [n + 0.5, n - 0.5]);
    std::iter::once(number.clone()).chain(whole.map(Value::from)).chain(half.map(Value::from)).collect()
}

/// The numbers that a schema speaks of, with their neighbours.
pub(super) fn numbers(node: &Node<'_>) -> Vec<Value> {
    let bounds = ["minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "multipleOf"];
    let bounds = bounds.iter().filter_map(|keyword| node.get(keyword)).filter(|bound| bound.is_number());
    bounds.flat_map(neighbours).chain([Value::from(0), Value::from(1)]).collect()
}

fn within<'a>(judge: Judge<'a, '_>, schema: &'a Value, depth: u8) -> Option<Value> {
    let depth = depth.checked_sub(1)?;
    let node = judge.document.node(schema);
    let accepted = |value: &Value| judge.accepts(schema, value) == Some(true);
    let given = node.get("const").into_iter().chain(node.get("enum").and_then(Value::as_array).into_iter().flatten());
    let given = given.chain(node.examples.iter().copied().filter(|example| !example.is_object()));
    let alternatives = ["anyOf", "oneOf", "allOf"].into_iter().filter_map(|keyword| node.get(keyword)?.as_array());
    let alternatives = alternatives.flatten().filter_map(|alternative| within(judge, alternative, depth));
    let plain = kinds(&node).into_iter().flat_map(|kind| plain(judge, &node, &kind, depth));
    given.cloned().chain(plain).chain(alternatives).find(accepted)
}

/// The types to try: first those that the keywords speak of, and `null`, which says least, last.
fn kinds(node: &Node<'_>) -> Vec<String> {
    let mut kinds: Vec<_> = types::of(node.get("type")).into_iter().collect();
    let speaks_of = |keywords: &[&str]| keywords.iter().any(|keyword| node.get(keyword).is_some());
    kinds.sort_by_key(|kind| match kind.as_str() {
        "object" => u8::from(!speaks_of(&["properties", "required"])),
        "array" => u8::from(!speaks_of(&["items", "minItems"])),
        "null" => 2,
        _ => 1,
    });
    kinds
}

fn plain<'a>(judge: Judge<'a, '_>, node: &Node<'a>, kind: &str, depth: u8) -> Vec<Value> {
    match kind {
        "null" => vec![Value::Null],
        "boolean" => vec![Value::Bool(false), Value::Bool(true)],
        "integer" | "number" => numbers(node),
        "string" => {
            let formatted = node.get("format").and_then(sample_of_format).map(Value::from);
            let size = least(node, "minLength");
            formatted.into_iter().chain(string(size.max(1))).chain(string(size)).collect()
        }
        "array" => array_within(judge, node, &[], least(node, "minItems"), depth).into_iter().collect(),
        "object" => objects_within(judge, node, &[], depth),
        _ => Vec::new(),
    }
}

fn objects_within<'a>(judge: Judge<'a, '_>, node: &Node<'a>, with: &[(&str, Value)], depth: u8) -> Vec<Value> {
    let fill = |mut fields: Map<String, Value>, names: Vec<&str>| {
        for name in names {
            if !fields.contains_key(name) {
                fields.insert(name.to_owned(), within(judge, node.field(name).unwrap_or(&ANYTHING), depth)?);
            }
        }
        Some(fields)
    };
    let given = with.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let Some(base) = fill(given, node.required()) else {
        return Vec::new();
    };
    let alternatives = ["anyOf", "oneOf"].into_iter().filter_map(|keyword| node.get(keyword)?.as_array()).flatten();
    let alternatives = alternatives.filter_map(|schema| fill(base.clone(), judge.document.node(schema).required()));
    std::iter::once(base.clone()).chain(alternatives).map(Value::Object).collect()
}

fn array_within<'a>(judge: Judge<'a, '_>, node: &Node<'a>, first: &[Value], size: usize, depth: u8) -> Option<Value> {
    let mut items = first.to_vec();
    if items.len() < size {
        let item = within(judge, node.get("items").unwrap_or(&ANYTHING), depth).filter(|_| size <= LARGEST)?;
        items.resize(size, item);
    }
    Some(Value::Array(items))
}
