use serde_json::{Value, json};

use super::super::compare;
use super::support::{DATA, SET, at, put, take, workout};

#[track_caller]
fn check(change: impl FnOnce(&mut Value)) {
    let mut current = workout();
    change(&mut current);
    assert_eq!(compare(&workout(), &current), []);
    assert_ne!(workout(), current, "the change changes nothing");
}

#[test]
fn annotations() {
    check(|s| put(s, DATA, "description", json!("Something else.")));
    check(|s| put(s, DATA, "x-unit", json!("g")));
    check(|s| put(s, SET, "deprecated", json!(true)));
    check(|s| put(s, "", "$id", json!("urn:other")));
    check(|s| put(s, &format!("{SET}/properties/reps"), "default", json!(0)));
    check(|s| take(s, "/$defs/Slug", "examples"));
    check(|s| {
        put(s, SET, "anyOf", json!([{"title": "Load", "required": ["load_g"]}, {"required": ["reps"]}]));
    });
}

#[test]
fn an_optional_field_that_is_added() {
    check(|s| put(s, "/properties", "traceparent", json!({"type": "string"})));
    check(|s| put(s, &format!("{DATA}/properties"), "data", json!({"type": "string"})));
    check(|s| {
        put(s, &format!("{SET}/properties"), "rest_s", json!({"$ref": "#/$defs/Rest"}));
    });
}

#[test]
fn an_optional_field_that_is_added_to_a_closed_object() {
    let released = json!({"properties": {"a": {}}, "additionalProperties": false});
    let current = json!({"properties": {"a": {}, "b": {"type": "string"}}, "additionalProperties": false});
    assert_eq!(compare(&released, &current), []);
}

#[test]
fn definitions_that_are_renamed_added_or_written_out() {
    check(|s| {
        let text = s.to_string().replace("#/$defs/Set", "#/$defs/ExerciseSet").replace("\"Set\":", "\"ExerciseSet\":");
        *s = text.parse().unwrap();
    });
    check(|s| put(s, "/$defs", "Unused", json!({"type": "string"})));
    check(|s| {
        let slug = s["$defs"]["Slug"].clone();
        put(s, "/$defs/Exercise/properties", "exercise_id", slug);
    });
    check(|s| {
        put(s, "/properties", "data", json!({"$ref": "#/$defs/WorkoutPerformed", "description": "The workout."}));
    });
}

#[test]
fn the_order_of_properties_names_and_values() {
    check(|s| put(s, DATA, "required", json!(["exercises", "revision", "kind"])));
    check(|s| {
        put(s, &format!("{DATA}/properties/kind"), "enum", json!(["other", "run", "lift"]));
    });
    check(|s| {
        put(s, &format!("{DATA}/properties/weight"), "type", json!(["null", "number"]));
    });
    let reordered = r#"{"properties": {"b": {"minimum": 1, "type": "integer"}, "a": {}}, "type": "object"}"#;
    let released = r#"{"type": "object", "properties": {"a": {}, "b": {"type": "integer", "minimum": 1}}}"#;
    assert_eq!(compare(&released.parse().unwrap(), &reordered.parse().unwrap()), []);
}

#[test]
fn another_way_to_write_the_same() {
    check(|s| put(s, &format!("{SET}/properties/reps"), "type", json!(["integer"])));
    check(|s| put(s, &format!("{SET}/properties/reps"), "maximum", json!(1000.0)));
    check(|s| put(s, "/properties", "specversion", json!({"enum": ["1.0"]})));
    check(|s| put(s, &format!("{DATA}/properties/tags"), "minItems", json!(0)));
    check(|s| put(s, DATA, "additionalProperties", json!(true)));
    let number = |kind: Value| json!({ "type": kind });
    assert_eq!(compare(&number(json!("number")), &number(json!(["integer", "number"]))), []);
    check(|s| put(s, &format!("{DATA}/properties/revision"), "exclusiveMinimum", json!(0)));
    check(|s| {
        at(s, &format!("{DATA}/properties")).insert("anything".into(), json!(true));
    });
}

#[test]
fn a_closed_object_that_opens() {
    let closed = |more: Value| json!({"type": "object", "additionalProperties": more});
    assert_eq!(compare(&closed(json!(false)), &closed(json!(true))), []);
}

#[test]
fn references_that_lead_nowhere_or_in_a_circle_equal_themselves() {
    for reference in ["#", "#/properties/a", "#/$defs/Missing", "#anchor", "https://example.org/schema"] {
        let schema = json!({"properties": {"a": {"$ref": reference}, "b": {"$ref": reference, "minimum": 1}}});
        assert_eq!(compare(&schema, &schema), []);
    }
}

#[test]
fn annotations_and_references_within_an_alternative() {
    let schema = |alternative: Value| json!({"anyOf": [alternative], "$defs": {"Int": {"type": "integer"}}});
    let released = schema(json!({"properties": {"title": {"type": "integer"}}}));
    let current = schema(json!({"properties": {"title": {"$ref": "#/$defs/Int", "description": "A number."}}}));
    assert_eq!(compare(&released, &current), []);
}
