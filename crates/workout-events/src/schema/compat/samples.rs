//! Values among which an example of a break is likely to be found.

use serde_json::{Value, json};

use super::accept::Judge;
use super::differ::{Differ, Pair};
use super::document::Node;
use super::generate;
use super::trust::OF_NO_FORMAT;

/// The name of a field that no schema lists.
pub(super) const UNKNOWN: &str = "unknown_field";

/// Small instances of both schemas, then values of every type.
pub(super) fn of_both<'a>(differ: &Differ<'a>, pair: &Pair<'a>) -> Vec<Value> {
    let mut values = Vec::new();
    for (judge, node) in differ.judges().into_iter().zip([&pair.released, &pair.current]) {
        values.extend(generate::minimal(judge, node.schema));
        values.extend(given(node));
        values.extend(generate::numbers(node));
        values.extend(objects(judge, node, &[]));
        for name in node.properties().keys() {
            values.extend(with_field(judge, node, name));
        }
        let items = generate::array(judge, node, &[], 1).into_iter().chain(generate::array(judge, node, &[], 2));
        values.extend(items);
    }
    values.extend(any().into_iter().map(|item| json!([item])));
    values.extend(any());
    values
}

/// Values at both sides of a bound, which is the bound of what the keyword measures.
pub(super) fn around<'a>(differ: &Differ<'a>, pair: &Pair<'a>, keyword: &str, limits: &[&Value]) -> Vec<Value> {
    let numbers = || limits.iter().flat_map(|limit| generate::neighbours(limit));
    let sizes = || numbers().chain([json!(0)]).filter_map(|size| usize::try_from(size.as_u64()?).ok());
    let both = || differ.judges().into_iter().zip([&pair.released, &pair.current]);
    let given = [&pair.released, &pair.current].into_iter().flat_map(given);
    match keyword {
        "minimum" | "maximum" => numbers().chain(given).collect(),
        "minLength" | "maxLength" => sizes().filter_map(generate::string).chain(given).collect(),
        "minItems" | "maxItems" => both()
            .flat_map(|(judge, node)| sizes().filter_map(move |size| generate::array(judge, node, &[], size)))
            .collect(),
        _ => both().flat_map(|(judge, node)| sizes().flat_map(move |size| padded(judge, node, size))).collect(),
    }
}

/// Objects with the given fields and what the schema requires.
pub(super) fn objects<'a>(judge: Judge<'a, '_>, node: &Node<'a>, with: &[(&str, Value)]) -> Vec<Value> {
    generate::objects(judge, node, with)
}

/// Objects that have this field, with a value that the schema accepts and with others.
pub(super) fn with_field<'a>(judge: Judge<'a, '_>, node: &Node<'a>, name: &str) -> Vec<Value> {
    let fitting = node.field(name).and_then(|schema| generate::minimal(judge, schema));
    let values = fitting.into_iter().chain(any());
    values.flat_map(|value| generate::objects(judge, node, &[(name, value)])).collect()
}

/// The smallest objects, with as many optional and then unknown fields as the size demands.
fn padded<'a>(judge: Judge<'a, '_>, node: &Node<'a>, size: usize) -> Vec<Value> {
    let known = node
        .properties()
        .into_iter()
        .filter_map(|(name, schema)| Some((name.to_owned(), generate::minimal(judge, schema)?)));
    let value = node.field(UNKNOWN).and_then(|schema| generate::minimal(judge, schema)).unwrap_or_default();
    let unknown = (0..size.min(generate::LARGEST)).map(|at| (format!("{UNKNOWN}_{at}"), value.clone()));
    let spare: Vec<_> = known.chain(unknown).collect();
    let mut objects = generate::objects(judge, node, &[]);
    for fields in objects.iter_mut().filter_map(Value::as_object_mut) {
        for (name, value) in &spare {
            if fields.len() < size && !fields.contains_key(name) {
                fields.insert(name.clone(), value.clone());
            }
        }
    }
    objects
}

fn given(node: &Node<'_>) -> Vec<Value> {
    let values = node.get("enum").and_then(Value::as_array).into_iter().flatten();
    values.chain(node.get("const")).chain(node.examples.iter().copied()).cloned().collect()
}

fn any() -> Vec<Value> {
    vec![json!(OF_NO_FORMAT), json!(0), json!(-1), json!(0.5), json!(true), json!([]), json!({}), Value::Null]
}
