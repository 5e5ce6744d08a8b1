//! One schema document, and its nodes with references followed and annotations left out.

use std::collections::BTreeMap;

use serde_json::Value;

/// The schema that accepts everything.
pub(super) static ANYTHING: Value = Value::Bool(true);

const ANNOTATIONS: [&str; 9] =
    ["title", "description", "$id", "$schema", "$comment", "examples", "default", "deprecated", "$defs"];

/// A root schema, against which references are resolved.
#[derive(Debug, Clone, Copy)]
pub(super) struct Document<'a> {
    pub(super) root: &'a Value,
}

/// A schema node with only the keywords that decide which instances are valid.
///
/// A `$ref` is among the keywords only when it cannot simply be replaced by its target: it has constraints beside it,
/// leads in a circle, or leads out of the document. `false` is written as `not` anything.
#[derive(Debug, Clone)]
pub(super) struct Node<'a> {
    /// The node as it stands in the document, after references; its address identifies it.
    pub(super) schema: &'a Value,
    pub(super) keywords: BTreeMap<&'a str, &'a Value>,
    /// The `examples` of the node and of the references that led to it.
    pub(super) examples: Vec<&'a Value>,
}

impl<'a> Document<'a> {
    pub(super) fn node(self, schema: &'a Value) -> Node<'a> {
        let mut trail = vec![schema];
        let mut examples = own_examples(schema);
        let mut here = schema;
        while let Some(target) = bare_reference(here).and_then(|reference| self.target(reference)) {
            if trail.iter().any(|known| std::ptr::eq(*known, target)) {
                break;
            }
            here = target;
            trail.push(here);
            examples.extend(own_examples(here));
        }
        Node { schema: here, keywords: keywords(here), examples }
    }

    /// What a local reference names; anchors and other documents are not followed.
    pub(super) fn target(self, reference: &str) -> Option<&'a Value> {
        self.root.pointer(reference.strip_prefix('#')?)
    }
}

impl<'a> Node<'a> {
    pub(super) fn get(&self, keyword: &str) -> Option<&'a Value> {
        self.keywords.get(keyword).copied()
    }

    pub(super) fn properties(&self) -> BTreeMap<&'a str, &'a Value> {
        let properties = self.get("properties").and_then(Value::as_object);
        properties.into_iter().flatten().map(|(name, schema)| (name.as_str(), schema)).collect()
    }

    /// The names in `required`, in order; an entry that is no string is no name.
    pub(super) fn required(&self) -> Vec<&'a str> {
        let names = self.get("required").and_then(Value::as_array);
        let mut names: Vec<_> = names.into_iter().flatten().filter_map(Value::as_str).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The schema of a named field, or that of unknown fields when it restricts them.
    pub(super) fn field(&self, name: &str) -> Option<&'a Value> {
        let known = self.properties().get(name).copied();
        known.or_else(|| self.get("additionalProperties").filter(|schema| schema.is_object()))
    }
}

/// Whether a keyword has no say in what is valid. Definitions count where they are referred to.
fn is_annotation(keyword: &str) -> bool {
    ANNOTATIONS.contains(&keyword) || keyword.starts_with("x-")
}

/// Whether a schema says nothing, perhaps in many words.
pub(super) fn accepts_anything(schema: &Value) -> bool {
    match schema {
        Value::Bool(accepts) => *accepts,
        Value::Object(keywords) => keywords.keys().all(|name| is_annotation(name)),
        Value::Null | Value::Number(_) | Value::String(_) | Value::Array(_) => false,
    }
}

fn keywords(schema: &Value) -> BTreeMap<&str, &Value> {
    match schema {
        Value::Object(keywords) => keywords
            .iter()
            .map(|(name, value)| (name.as_str(), value))
            .filter(|(name, _)| !is_annotation(name))
            .collect(),
        Value::Bool(true) => BTreeMap::new(),
        Value::Bool(false) => BTreeMap::from([("not", &ANYTHING)]),
        // No schema at all. An impossible keyword keeps it, so that it equals only itself.
        Value::Null | Value::Number(_) | Value::String(_) | Value::Array(_) => BTreeMap::from([("", schema)]),
    }
}

fn bare_reference(schema: &Value) -> Option<&str> {
    let keywords = keywords(schema);
    keywords.get("$ref").filter(|_| keywords.len() == 1).and_then(|reference| reference.as_str())
}

fn own_examples(schema: &Value) -> Vec<&Value> {
    schema.get("examples").and_then(Value::as_array).into_iter().flatten().collect()
}
