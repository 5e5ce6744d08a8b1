//! Whether a schema accepts an instance, as far as this can be said without a validator.
//!
//! It exists to prove examples, so that it answers `None` rather than guess.

use serde_json::{Map, Value};

use super::document::{Document, Node};
use super::number::{order, same};
use super::trust::{self, Trust, has_format};
use super::types;

/// Deeper than any message; a reference that leads to itself ends here.
const DEEPEST: u8 = 64;

/// A document, and what is known about its patterns.
#[derive(Debug, Clone, Copy)]
pub(super) struct Judge<'a, 't> {
    pub(super) document: Document<'a>,
    trust: &'t Trust,
}

impl<'a, 't> Judge<'a, 't> {
    pub(super) fn new(document: Document<'a>, trust: &'t Trust) -> Self {
        Self { document, trust }
    }

    /// Whether the schema accepts the instance; `None` when that is not known.
    pub(super) fn accepts(self, schema: &'a Value, instance: &Value) -> Option<bool> {
        self.within(schema, instance, DEEPEST)
    }

    fn within(self, schema: &'a Value, instance: &Value, depth: u8) -> Option<bool> {
        let depth = depth.checked_sub(1)?;
        let node = self.document.node(schema);
        all(node.keywords.iter().map(|(keyword, value)| self.keyword(&node, keyword, value, instance, depth)))
    }

    fn keyword(self, node: &Node<'a>, keyword: &str, value: &'a Value, instance: &Value, depth: u8) -> Option<bool> {
        let schemas = || value.as_array().into_iter().flatten().map(|schema| self.within(schema, instance, depth));
        match (keyword, instance) {
            ("type", _) => Some(types::admit(&types::of(Some(value)), instance)),
            ("const", _) => Some(same(value, instance)),
            ("enum", _) => Some(value.as_array()?.iter().any(|one| same(one, instance))),
            ("anyOf", _) => any(schemas()),
            ("allOf", _) => all(schemas()),
            ("oneOf", _) => {
                schemas().collect::<Option<Vec<_>>>().map(|all| all.iter().filter(|yes| **yes).count() == 1)
            }
            ("not", _) => self.within(value, instance, depth).map(|accepted| !accepted),
            ("$ref", _) => self.within(self.document.target(value.as_str()?)?, instance, depth),
            ("minimum", Value::Number(_)) => order(instance, value).map(std::cmp::Ordering::is_ge),
            ("exclusiveMinimum", Value::Number(_)) => order(instance, value).map(std::cmp::Ordering::is_gt),
            ("maximum", Value::Number(_)) => order(instance, value).map(std::cmp::Ordering::is_le),
            ("exclusiveMaximum", Value::Number(_)) => order(instance, value).map(std::cmp::Ordering::is_lt),
            ("multipleOf", Value::Number(number)) => Some(number.as_i64()?.checked_rem(value.as_i64()?)? == 0),
            ("minLength", Value::String(text)) => at_least(text.chars().count(), value),
            ("maxLength", Value::String(text)) => at_most(text.chars().count(), value),
            ("minItems", Value::Array(items)) => at_least(items.len(), value),
            ("maxItems", Value::Array(items)) => at_most(items.len(), value),
            ("minProperties", Value::Object(fields)) => at_least(fields.len(), value),
            ("maxProperties", Value::Object(fields)) => at_most(fields.len(), value),
            ("pattern", Value::String(text)) => {
                trust::matches(value.as_str()?, text).or_else(|| self.trusts("pattern", value, text).then_some(true))
            }
            ("format", Value::String(text)) => self.format(value, text),
            ("items", Value::Array(_)) if node.get("prefixItems").is_some() => None,
            ("items", Value::Array(items)) => all(items.iter().map(|item| self.within(value, item, depth))),
            ("uniqueItems", Value::Array(items)) => Some(value == &Value::Bool(false) || distinct(items)),
            ("required", Value::Object(fields)) => {
                Some(value.as_array()?.iter().all(|name| name.as_str().is_some_and(|name| fields.contains_key(name))))
            }
            ("properties" | "additionalProperties", Value::Object(fields)) => self.fields(node, keyword, fields, depth),
            ("dependentRequired", Value::Object(fields)) => {
                let needed = value.as_object()?.iter().filter(|(name, _)| fields.contains_key(*name));
                let mut needed = needed.flat_map(|(_, names)| names.as_array().into_iter().flatten());
                Some(needed.all(|name| name.as_str().is_some_and(|name| fields.contains_key(name))))
            }
            // It gives a place a name and says nothing about an instance.
            ("$anchor" | "$dynamicAnchor", _) => Some(true),
            _ if applies_to_another_type(keyword, instance) => Some(true),
            _ => None,
        }
    }

    fn fields(self, node: &Node<'a>, keyword: &str, fields: &Map<String, Value>, depth: u8) -> Option<bool> {
        let known = node.properties();
        if keyword == "properties" {
            let described = fields.iter().filter_map(|(name, field)| Some((known.get(name.as_str())?, field)));
            return all(described.map(|(schema, field)| self.within(schema, field, depth)));
        }
        let schema = node.get(keyword)?;
        let unknown = || fields.iter().filter(|(name, _)| !known.contains_key(name.as_str()));
        if node.get("patternProperties").is_some() && unknown().next().is_some() {
            return None;
        }
        all(unknown().map(|(_, field)| self.within(schema, field, depth)))
    }

    fn trusts(self, keyword: &'static str, constraint: &Value, text: &str) -> bool {
        self.trust.covers(keyword, constraint, text)
    }

    fn format(self, format: &Value, text: &str) -> Option<bool> {
        has_format(format, text).or_else(|| self.trusts("format", format, text).then_some(true))
    }
}

/// Whether a known keyword says nothing about this instance because it is about values of another type.
fn applies_to_another_type(keyword: &str, instance: &Value) -> bool {
    match keyword {
        "minimum" | "exclusiveMinimum" | "maximum" | "exclusiveMaximum" | "multipleOf" => !instance.is_number(),
        "minLength" | "maxLength" | "pattern" | "format" => !instance.is_string(),
        "minItems" | "maxItems" | "items" | "prefixItems" | "uniqueItems" | "contains" | "unevaluatedItems" => {
            !instance.is_array()
        }
        "minProperties"
        | "maxProperties"
        | "required"
        | "properties"
        | "additionalProperties"
        | "patternProperties"
        | "propertyNames"
        | "dependentRequired"
        | "dependentSchemas"
        | "unevaluatedProperties" => !instance.is_object(),
        _ => false,
    }
}

fn all(answers: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    any(answers.map(|answer| answer.map(|yes| !yes))).map(|yes| !yes)
}

/// One yes decides; without one, a single unknown leaves it open.
fn any(answers: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut open = false;
    for answer in answers {
        match answer {
            Some(true) => return Some(true),
            Some(false) => {}
            None => open = true,
        }
    }
    (!open).then_some(false)
}

fn at_least(size: usize, bound: &Value) -> Option<bool> {
    order(&Value::from(size), bound).map(std::cmp::Ordering::is_ge)
}

fn at_most(size: usize, bound: &Value) -> Option<bool> {
    order(&Value::from(size), bound).map(std::cmp::Ordering::is_le)
}

fn distinct(items: &[Value]) -> bool {
    items.iter().enumerate().all(|(at, item)| items.iter().take(at).all(|other| !same(item, other)))
}
