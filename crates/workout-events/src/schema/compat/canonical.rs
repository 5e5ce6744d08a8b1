//! A schema in a form in which equal trees mean equal constraints, for the keywords that the gate only compares whole.

use serde_json::{Map, Value, json};

use super::document::Document;
use super::number::normal;

/// The canonical form of one keyword's value: references are followed, annotations dropped, sets sorted.
pub(super) fn keyword<'a>(document: Document<'a>, name: &str, value: &'a Value) -> Value {
    keyword_within(document, name, value, &mut Vec::new())
}

/// Whether a canonical form speaks of a field with this name, be it as a key or as a value.
pub(super) fn mentions(canonical: &Value, field: &str) -> bool {
    match canonical {
        Value::String(text) => text == field,
        Value::Array(items) => items.iter().any(|item| mentions(item, field)),
        Value::Object(fields) => fields.iter().any(|(name, value)| name == field || mentions(value, field)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn keyword_within<'a>(document: Document<'a>, name: &str, value: &'a Value, path: &mut Vec<&'a Value>) -> Value {
    match (name, value) {
        ("$ref", Value::String(reference)) => match document.target(reference) {
            Some(target) => schema(document, target, path),
            None => elsewhere(document, value),
        },
        ("$ref" | "$dynamicRef" | "$recursiveRef", _) => elsewhere(document, value),
        (
            "not"
            | "if"
            | "then"
            | "else"
            | "contains"
            | "propertyNames"
            | "items"
            | "additionalProperties"
            | "unevaluatedItems"
            | "unevaluatedProperties"
            | "contentSchema",
            _,
        ) => schema(document, value, path),
        ("prefixItems", Value::Array(schemas)) => schemas.iter().map(|each| schema(document, each, path)).collect(),
        ("allOf" | "anyOf" | "oneOf", Value::Array(schemas)) => {
            sorted(schemas.iter().map(|each| schema(document, each, path)).collect())
        }
        ("properties" | "patternProperties" | "dependentSchemas", Value::Object(schemas)) => {
            let schemas = schemas.iter().map(|(name, each)| (name.clone(), schema(document, each, path)));
            normal(&Value::Object(schemas.collect()))
        }
        ("required" | "type" | "enum", Value::Array(items)) => sorted(items.iter().map(normal).collect()),
        _ => normal(value),
    }
}

fn schema<'a>(document: Document<'a>, value: &'a Value, path: &mut Vec<&'a Value>) -> Value {
    let node = document.node(value);
    if let Some(distance) = path.iter().rev().position(|outer| std::ptr::eq(*outer, node.schema)) {
        return json!({ "$ref": distance });
    }
    path.push(node.schema);
    let keywords =
        node.keywords.iter().map(|(name, value)| ((*name).to_owned(), keyword_within(document, name, value, path)));
    let keywords = keywords.collect::<Map<_, _>>();
    path.pop();
    Value::Object(keywords)
}

/// A reference that is not followed equals only itself within an equal document: its target may be anywhere in it.
fn elsewhere(document: Document<'_>, reference: &Value) -> Value {
    json!({ "$ref": reference, "document": normal(document.root) })
}

fn sorted(mut values: Vec<Value>) -> Value {
    values.sort_by_cached_key(Value::to_string);
    Value::Array(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(left: &Value, right: &Value, equal: bool) {
        let [left, right] = [left, right].map(|root| schema(Document { root }, root, &mut Vec::new()));
        assert_eq!(left == right, equal, "{left} and {right}");
    }

    #[test]
    fn a_name_in_the_place_of_a_field_is_no_annotation() {
        let with = |name: &str| json!({"dependentRequired": {name: ["a"]}, "anyOf": [{"properties": {name: false}}]});
        check(&with("title"), &with("default"), false);
    }

    #[test]
    fn a_renamed_recursive_definition_is_the_same() {
        let tree = |name: &str| {
            let reference = format!("#/$defs/{name}");
            json!({"anyOf": [{"$ref": reference}], "$defs": {name: {"title": name, "items": {"$ref": reference}}}})
        };
        check(&tree("Tree"), &tree("Baum"), true);
    }

    #[test]
    fn a_recursion_to_another_depth_is_another_schema() {
        let tree = |to: &str| {
            let definitions =
                json!({"A": {"items": {"$ref": "#/$defs/B"}}, "B": {"items": {"$ref": to}, "minItems": 1}});
            json!({"not": {"$ref": "#/$defs/A"}, "$defs": definitions})
        };
        check(&tree("#/$defs/A"), &tree("#/$defs/B"), false);
    }

    #[test]
    fn the_order_of_alternatives_is_of_no_account_but_one_more_is() {
        let any = |alternatives: Value| json!({ "anyOf": alternatives });
        check(&any(json!([{"const": 1}, {"const": 2}])), &any(json!([{"const": 2.0}, {"const": 1}])), true);
        check(&any(json!([{"const": 1}])), &any(json!([{"const": 2}, {"const": 1}])), false);
    }

    #[test]
    fn an_anchor_may_hide_a_change_and_is_therefore_never_equal_to_one_in_another_document() {
        let anchored = |max: u8| json!({"not": {"$ref": "#a"}, "$defs": {"A": {"$anchor": "a", "maximum": max}}});
        check(&anchored(1), &anchored(1), true);
        check(&anchored(1), &anchored(2), false);
    }

    #[test]
    fn a_reference_to_itself_comes_to_an_end() {
        let circle = json!({"$ref": "#/$defs/A", "$defs": {"A": {"$ref": "#/$defs/B"}, "B": {"$ref": "#/$defs/A"}}});
        check(&circle, &circle, true);
    }
}
