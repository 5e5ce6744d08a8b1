use serde_json::{Value, json};

use super::super::{Rule, compare};
use super::support::{DATA, IN_A_SET, REPS, SET, check, data, put, take, verified, workout};

#[test]
fn a_field_that_is_removed() {
    check(|s| take(s, &format!("{DATA}/properties"), "title"), Rule::RemovedField, "/data/title");
    check(|s| take(s, &format!("{SET}/properties"), "reps"), Rule::RemovedField, &format!("{IN_A_SET}/reps"));
}

#[test]
fn a_required_field_that_is_removed_is_one_break() {
    let change = |s: &mut Value| {
        take(s, &format!("{DATA}/properties"), "kind");
        put(s, DATA, "required", json!(["revision", "exercises"]));
    };
    check(change, Rule::RemovedField, "/data/kind");
}

#[test]
fn a_field_that_becomes_required() {
    let required = json!(["revision", "kind", "exercises", "title"]);
    check(|s| put(s, DATA, "required", required), Rule::NewlyRequiredField, "/data/title");
    check(|s| put(s, SET, "required", json!(["index", "reps"])), Rule::NewlyRequiredField, &format!("{IN_A_SET}/reps"));
}

#[test]
fn a_new_field_that_is_required() {
    let change = |s: &mut Value| {
        put(s, &format!("{DATA}/properties"), "time_zone", json!({"type": "string", "pattern": "^[A-Z]"}));
        put(s, DATA, "required", json!(["revision", "kind", "exercises", "time_zone"]));
    };
    check(change, Rule::NewlyRequiredField, "/data/time_zone");
}

#[test]
fn a_field_that_is_no_longer_required() {
    check(|s| put(s, DATA, "required", json!(["exercises", "kind"])), Rule::NoLongerRequiredField, "/data/revision");
    check(|s| take(s, SET, "required"), Rule::NoLongerRequiredField, &format!("{IN_A_SET}/index"));
}

#[test]
fn a_bound_that_narrows() {
    let narrowed = |keyword: &str, value: Value, field: &str| {
        check(|s| put(s, &data(field), keyword, value), Rule::NarrowedBound, &format!("/data/{field}"));
    };
    narrowed("minimum", json!(2), "revision");
    narrowed("exclusiveMinimum", json!(1), "revision");
    narrowed("maximum", json!(1_000_000), "revision");
    narrowed("maximum", json!(500.25), "weight");
    narrowed("exclusiveMaximum", json!(500.5), "weight");
    narrowed("minLength", json!(2), "title");
    narrowed("maxLength", json!(199), "title");
    narrowed("minItems", json!(1), "tags");
    narrowed("maxItems", json!(99), "exercises");
    narrowed("minProperties", json!(1), "labels");
    narrowed("maxProperties", json!(1), "labels");
}

#[test]
fn a_bound_that_widens() {
    let widened = |change: &dyn Fn(&mut Value), field: &str| {
        check(change, Rule::WidenedBound, &format!("/data/{field}"));
    };
    widened(&|s| put(s, &data("revision"), "minimum", json!(0)), "revision");
    widened(&|s| take(s, &data("revision"), "minimum"), "revision");
    widened(&|s| put(s, &data("weight"), "maximum", json!(501)), "weight");
    widened(&|s| take(s, &data("weight"), "exclusiveMinimum"), "weight");
    widened(&|s| put(s, &data("title"), "minLength", json!(0)), "title");
    widened(&|s| take(s, &data("title"), "maxLength"), "title");
    widened(&|s| put(s, &data("exercises"), "maxItems", json!(101)), "exercises");
    check(|s| put(s, REPS, "maximum", json!(1001)), Rule::WidenedBound, &format!("{IN_A_SET}/reps"));
}

#[test]
fn a_type_that_changes() {
    check(|s| put(s, REPS, "type", json!("number")), Rule::ChangedType, &format!("{IN_A_SET}/reps"));
    check(|s| put(s, REPS, "type", json!(["integer", "null"])), Rule::ChangedType, &format!("{IN_A_SET}/reps"));
    check(|s| put(s, &data("weight"), "type", json!("number")), Rule::ChangedType, "/data/weight");
    check(|s| put(s, &data("revision"), "type", json!("string")), Rule::ChangedType, "/data/revision");
    check(|s| put(s, &data("exercises"), "type", json!("object")), Rule::ChangedType, "/data/exercises");
    check(|s| take(s, &data("coach_id"), "type"), Rule::ChangedType, "/data/coach_id");
}

#[test]
fn types_that_overlap_are_compared_further() {
    let mut current = workout();
    put(&mut current, REPS, "type", json!(["number", "integer"]));
    put(&mut current, REPS, "maximum", json!(2000));
    let rules: Vec<_> = verified(&workout(), &current).iter().map(|found| found.rule).collect();
    assert_eq!(rules, [Rule::ChangedType, Rule::WidenedBound]);
}

#[test]
fn unknown_fields_that_are_no_longer_accepted() {
    let tightened = Rule::TightenedAdditionalProperties;
    check(|s| put(s, DATA, "additionalProperties", json!(false)), tightened, "/data");
    check(|s| put(s, SET, "additionalProperties", json!({"type": "string"})), tightened, IN_A_SET);
    check(|s| put(s, &data("labels"), "additionalProperties", json!(false)), tightened, "/data/labels");
}

#[test]
fn the_values_of_a_map() {
    let labels = |value: Value| move |s: &mut Value| put(s, &data("labels"), "additionalProperties", value);
    let any = "/data/labels/unknown_field";
    check(labels(json!({"type": "string", "maxLength": 9})), Rule::WidenedBound, any);
    check(labels(json!({"type": "integer"})), Rule::ChangedType, any);
    let named = json!({"a/b": {"type": "string", "maxLength": 7}});
    check(|s| put(s, &data("labels"), "properties", named), Rule::NarrowedBound, "/data/labels/a~1b");
}

#[test]
fn a_break_is_one_line_of_text() {
    let mut current = workout();
    put(&mut current, REPS, "maximum", json!(500));
    let lines: Vec<_> = compare(&workout(), &current).iter().map(ToString::to_string).collect();
    let line = "narrowed_bound at /data/exercises/0/sets/0/reps: The bound `maximum` 1000 became `maximum` 500, and old \
                messages may lie outside it.";
    assert_eq!(lines, [line]);
}
