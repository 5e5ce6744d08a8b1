use jsonschema::Validator;
use serde_json::{Value, json};

use super::super::{Break, Rule, compare};

/// A small event with one field for each kind of constraint.
pub(super) fn workout() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:workout:schema:workout.performed:1",
        "title": "A workout was performed",
        "type": "object",
        "required": ["specversion", "id", "type", "dataversion", "time", "data"],
        "properties": {
            "specversion": {"const": "1.0"},
            "id": {"type": "string", "format": "uuid", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"},
            "type": {"const": "workout.performed"},
            "dataversion": {"const": 1},
            "time": {"type": "string", "format": "date-time", "pattern": "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d"},
            "data": {"$ref": "#/$defs/WorkoutPerformed"}
        },
        "$defs": {
            "WorkoutPerformed": {
                "$anchor": "data",
                "type": "object",
                "required": ["revision", "kind", "exercises"],
                "properties": {
                    "revision": {"type": "integer", "minimum": 1, "description": "The highest wins."},
                    "kind": {"enum": ["run", "lift", "other"]},
                    "title": {"type": "string", "minLength": 1, "maxLength": 200},
                    "coach_id": {"type": "string", "format": "uuid"},
                    "weight": {"type": ["number", "null"], "exclusiveMinimum": 0, "maximum": 500.5},
                    "labels": {"type": "object", "additionalProperties": {"type": "string", "maxLength": 8}},
                    "tags": {"type": "array", "maxItems": 3, "uniqueItems": true, "items": {"type": "string"}},
                    "exercises": {"type": "array", "maxItems": 100, "items": {"$ref": "#/$defs/Exercise"}}
                }
            },
            "Exercise": {
                "type": "object",
                "required": ["exercise_id", "sets"],
                "properties": {
                    "exercise_id": {"$ref": "#/$defs/Slug"},
                    "sets": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/Set"}}
                }
            },
            "Slug": {"type": "string", "pattern": "^[a-z-]+$", "maxLength": 20, "examples": ["bench-press"]},
            "Set": {
                "type": "object",
                "required": ["index"],
                "properties": {
                    "index": {"type": "integer", "minimum": 0},
                    "reps": {"type": "integer", "minimum": 0, "maximum": 1000},
                    "load_g": {"type": "integer", "multipleOf": 5, "minimum": 0},
                    "superset": {"$ref": "#/$defs/Exercise"}
                },
                "anyOf": [{"required": ["reps"]}, {"required": ["load_g"]}]
            }
        }
    })
}

/// The definitions of [`workout`] by pointer.
pub(super) const DATA: &str = "/$defs/WorkoutPerformed";
pub(super) const SET: &str = "/$defs/Set";
pub(super) const REPS: &str = "/$defs/Set/properties/reps";

/// The pointer of the first set of a message.
pub(super) const IN_A_SET: &str = "/data/exercises/0/sets/0";

/// The pointer of a property of the event's data in the schema.
pub(super) fn data(name: &str) -> String {
    format!("{DATA}/properties/{name}")
}

/// The object at a pointer of a schema.
#[track_caller]
pub(super) fn at<'a>(schema: &'a mut Value, pointer: &str) -> &'a mut serde_json::Map<String, Value> {
    let Some(Value::Object(node)) = schema.pointer_mut(pointer) else { panic!("no object at {pointer}") };
    node
}

/// Puts a keyword into the node at a pointer.
#[track_caller]
pub(super) fn put(schema: &mut Value, pointer: &str, keyword: &str, value: Value) {
    at(schema, pointer).insert(keyword.to_owned(), value);
}

/// Takes a keyword out of the node at a pointer.
#[track_caller]
pub(super) fn take(schema: &mut Value, pointer: &str, keyword: &str) {
    assert!(at(schema, pointer).remove(keyword).is_some(), "{pointer} has no {keyword}");
}

pub(super) fn validator(schema: &Value) -> Validator {
    jsonschema::draft202012::options().should_validate_formats(true).build(schema).unwrap()
}

/// The change causes exactly this break, and a message proves it.
#[track_caller]
pub(super) fn check(change: impl FnOnce(&mut Value), rule: Rule, pointer: &str) {
    let found = check_without_example(change, rule, pointer);
    assert!(found.example.is_some(), "{found} has no example");
}

/// The change causes exactly this break, of which no message is known to prove it.
#[track_caller]
pub(super) fn check_without_example(change: impl FnOnce(&mut Value), rule: Rule, pointer: &str) -> Break {
    let released = workout();
    let mut current = released.clone();
    change(&mut current);
    let mut breaks = verified(&released, &current);
    assert_eq!(breaks.len(), 1, "{breaks:#?}");
    let found = breaks.remove(0);
    assert_eq!((found.rule, found.pointer.as_str()), (rule, pointer), "{found}");
    found
}

/// The breaks, after the referee has confirmed that exactly one side accepts each example.
#[track_caller]
pub(super) fn verified(released: &Value, current: &Value) -> Vec<Break> {
    let breaks = compare(released, current);
    let [old, new] = [released, current].map(validator);
    for (found, example) in breaks.iter().filter_map(|found| Some((found, found.example.as_ref()?))) {
        let sides = (old.is_valid(example), new.is_valid(example));
        assert_ne!(sides.0, sides.1, "{found}: {example}\nreleased: {released}\ncurrent: {current}");
    }
    breaks
}
