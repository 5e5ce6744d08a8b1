use serde_json::{Value, json};

use super::super::{Rule, compare};
use super::support::{DATA, SET, at, check, check_without_example, put, take, verified, workout};

const REPS: &str = "/$defs/Set/properties/reps";
const IN_A_SET: &str = "/data/exercises/0/sets/0";

/// The pointer of a property of the event's data.
fn data(name: &str) -> String {
    format!("{DATA}/properties/{name}")
}

#[test]
fn a_field_that_is_removed() {
    check(
        |s| take(s, &format!("{DATA}/properties"), "title"),
        Rule::RemovedField,
        "/data/title",
    );
    check(
        |s| take(s, &format!("{SET}/properties"), "reps"),
        Rule::RemovedField,
        &format!("{IN_A_SET}/reps"),
    );
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
    check(
        |s| put(s, DATA, "required", required),
        Rule::NewlyRequiredField,
        "/data/title",
    );
    check(
        |s| put(s, SET, "required", json!(["index", "reps"])),
        Rule::NewlyRequiredField,
        &format!("{IN_A_SET}/reps"),
    );
}

#[test]
fn a_new_field_that_is_required() {
    let change = |s: &mut Value| {
        put(
            s,
            &format!("{DATA}/properties"),
            "time_zone",
            json!({"type": "string", "pattern": "^[A-Z]"}),
        );
        put(
            s,
            DATA,
            "required",
            json!(["revision", "kind", "exercises", "time_zone"]),
        );
    };
    check(change, Rule::NewlyRequiredField, "/data/time_zone");
}

#[test]
fn a_field_that_is_no_longer_required() {
    check(
        |s| put(s, DATA, "required", json!(["exercises", "kind"])),
        Rule::NoLongerRequiredField,
        "/data/revision",
    );
    check(
        |s| take(s, SET, "required"),
        Rule::NoLongerRequiredField,
        &format!("{IN_A_SET}/index"),
    );
}

#[test]
fn a_bound_that_narrows() {
    let narrowed = |keyword: &str, value: Value, field: &str| {
        check(
            |s| put(s, &data(field), keyword, value),
            Rule::NarrowedBound,
            &format!("/data/{field}"),
        );
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
    check(
        |s| put(s, REPS, "maximum", json!(1001)),
        Rule::WidenedBound,
        &format!("{IN_A_SET}/reps"),
    );
}

#[test]
fn a_type_that_changes() {
    check(
        |s| put(s, REPS, "type", json!("number")),
        Rule::ChangedType,
        &format!("{IN_A_SET}/reps"),
    );
    check(
        |s| put(s, REPS, "type", json!(["integer", "null"])),
        Rule::ChangedType,
        &format!("{IN_A_SET}/reps"),
    );
    check(
        |s| put(s, &data("weight"), "type", json!("number")),
        Rule::ChangedType,
        "/data/weight",
    );
    check(
        |s| put(s, &data("revision"), "type", json!("string")),
        Rule::ChangedType,
        "/data/revision",
    );
    check(
        |s| put(s, &data("exercises"), "type", json!("object")),
        Rule::ChangedType,
        "/data/exercises",
    );
    check(
        |s| take(s, &data("coach_id"), "type"),
        Rule::ChangedType,
        "/data/coach_id",
    );
}

#[test]
fn values_of_an_enumeration_that_come_and_go() {
    let kinds = |kinds: Value| move |s: &mut Value| put(s, &data("kind"), "enum", kinds);
    check(kinds(json!(["run", "other"])), Rule::RemovedEnumValue, "/data/kind");
    check(
        kinds(json!(["run", "lift", "swim", "other"])),
        Rule::AddedEnumValue,
        "/data/kind",
    );
    check(
        |s| take(s, &data("kind"), "enum"),
        Rule::RemovedConstraint,
        "/data/kind",
    );
    check(
        |s| put(s, REPS, "enum", json!([5, 10])),
        Rule::AddedConstraint,
        &format!("{IN_A_SET}/reps"),
    );
}

#[test]
fn each_value_of_an_enumeration_is_a_break_of_its_own() {
    let mut current = workout();
    put(&mut current, &data("kind"), "enum", json!(["swim", "run", "row"]));
    let breaks = verified(&workout(), &current);
    let kinds: Vec<_> = breaks
        .iter()
        .map(|found| found.example.as_ref().unwrap()["data"]["kind"].clone())
        .collect();
    assert_eq!(kinds, ["lift", "other", "swim", "row"]);
}

#[test]
fn a_constant_that_changes() {
    check(
        |s| put(s, "/properties/dataversion", "const", json!(2)),
        Rule::ChangedConst,
        "/dataversion",
    );
    check(|s| take(s, "/properties/type", "const"), Rule::ChangedConst, "/type");
    check(
        |s| put(s, REPS, "const", json!(10)),
        Rule::ChangedConst,
        &format!("{IN_A_SET}/reps"),
    );
}

#[test]
fn a_constant_that_becomes_one_of_several() {
    let change = |s: &mut Value| put(s, "/properties", "specversion", json!({"enum": ["1.0", "1.1"]}));
    check(change, Rule::AddedEnumValue, "/specversion");
}

#[test]
fn a_pattern_that_changes_is_a_break_without_an_example() {
    let id = "/properties/id";
    for change in [
        &(|s: &mut Value| put(s, id, "pattern", json!("^[0-9a-f-]+$"))) as &dyn Fn(&mut Value),
        &|s| take(s, id, "pattern"),
    ] {
        check_without_example(change, Rule::ChangedPattern, "/id");
    }
    let found = check_without_example(
        |s| put(s, &data("title"), "pattern", json!("^a")),
        Rule::ChangedPattern,
        "/data/title",
    );
    assert_eq!(found.example, None);
}

#[test]
fn a_format_that_changes() {
    check(
        |s| put(s, &data("coach_id"), "format", json!("date")),
        Rule::ChangedFormat,
        "/data/coach_id",
    );
    check(
        |s| take(s, &data("coach_id"), "format"),
        Rule::ChangedFormat,
        "/data/coach_id",
    );
    check(
        |s| put(s, &data("title"), "format", json!("date-time")),
        Rule::ChangedFormat,
        "/data/title",
    );
}

#[test]
fn items_that_gain_or_lose_their_schema() {
    check(|s| take(s, &data("tags"), "items"), Rule::ChangedItems, "/data/tags");
    check(
        |s| put(s, &data("tags"), "items", json!({"title": "Anything"})),
        Rule::ChangedItems,
        "/data/tags",
    );
    let mut released = workout();
    take(&mut released, &data("exercises"), "items");
    let breaks = verified(&released, &workout());
    assert_eq!(
        breaks.iter().map(|found| found.rule).collect::<Vec<_>>(),
        [Rule::ChangedItems]
    );
    assert!(breaks[0].example.is_some());
}

#[test]
fn a_change_deep_in_an_array_points_at_its_first_item() {
    let change = |s: &mut Value| put(s, "/$defs/Slug", "maxLength", json!(30));
    check_without_example(change, Rule::WidenedBound, "/data/exercises/0/exercise_id");
}

#[test]
fn unknown_fields_that_are_no_longer_accepted() {
    let tightened = Rule::TightenedAdditionalProperties;
    check(
        |s| put(s, DATA, "additionalProperties", json!(false)),
        tightened,
        "/data",
    );
    check(
        |s| put(s, SET, "additionalProperties", json!({"type": "string"})),
        tightened,
        IN_A_SET,
    );
    check(
        |s| put(s, &data("labels"), "additionalProperties", json!(false)),
        tightened,
        "/data/labels",
    );
}

#[test]
fn the_values_of_a_map() {
    let labels = |value: Value| move |s: &mut Value| put(s, &data("labels"), "additionalProperties", value);
    let any = "/data/labels/unknown_field";
    check(
        labels(json!({"type": "string", "maxLength": 9})),
        Rule::WidenedBound,
        any,
    );
    check(labels(json!({"type": "integer"})), Rule::ChangedType, any);
    let named = json!({"a/b": {"type": "string", "maxLength": 7}});
    check(
        |s| put(s, &data("labels"), "properties", named),
        Rule::NarrowedBound,
        "/data/labels/a~1b",
    );
}

#[test]
fn constraints_that_appear_vanish_or_differ() {
    let (added, removed) = (Rule::AddedConstraint, Rule::RemovedConstraint);
    check(
        |s| put(s, DATA, "anyOf", json!([{"required": ["title"]}])),
        added,
        "/data",
    );
    check(|s| put(s, DATA, "not", json!({"required": ["title"]})), added, "/data");
    check(
        |s| put(s, DATA, "dependentRequired", json!({"title": ["weight"]})),
        added,
        "/data",
    );
    check(
        |s| put(s, &data("weight"), "multipleOf", json!(2)),
        added,
        "/data/weight",
    );
    check(
        |s| put(s, "/$defs/Set/properties/load_g", "multipleOf", json!(10)),
        added,
        &format!("{IN_A_SET}/load_g"),
    );
    check(|s| take(s, &data("tags"), "uniqueItems"), removed, "/data/tags");
    check(|s| take(s, SET, "anyOf"), removed, IN_A_SET);
    let one_more = json!([{"required": ["reps"]}, {"required": ["load_g"]}, {"required": ["superset"]}]);
    check(|s| put(s, SET, "anyOf", one_more), added, IN_A_SET);
}

#[test]
fn a_keyword_that_nobody_knows_is_never_ignored() {
    check_without_example(
        |s| put(s, DATA, "sums_to", json!("active_s")),
        Rule::AddedConstraint,
        "/data",
    );
}

#[test]
fn a_malformed_keyword_is_never_ignored() {
    for (keyword, value) in [
        ("minimum", json!("0")),
        ("required", json!("a")),
        ("type", json!(1)),
        ("enum", json!({})),
    ] {
        let mut current = workout();
        put(&mut current, REPS, keyword, value);
        assert_eq!(compare(&workout(), &current).len(), 1, "{keyword}");
        assert_eq!(compare(&current, &current), []);
    }
}

#[test]
fn a_schema_that_refuses_everything() {
    let released = json!({"properties": {"a": true}});
    let breaks = verified(&released, &json!({"properties": {"a": false}}));
    assert_eq!(
        (breaks[0].rule, breaks[0].pointer.as_str()),
        (Rule::AddedConstraint, "/a")
    );
    assert!(breaks[0].example.is_some());
    assert_eq!(verified(&released, &json!(false)).len(), 2);
}

#[test]
fn a_new_field_of_which_the_released_schema_already_speaks() {
    let speaks = [
        json!({"required": ["a"]}),
        json!({"patternProperties": {"^a": {"type": "integer"}}}),
        json!({"unevaluatedProperties": {"type": "integer"}}),
        json!({"additionalProperties": {"type": "integer"}}),
        json!({"not": {"required": ["a"]}}),
        json!({"anyOf": [{"properties": {"a": {"type": "integer"}}}]}),
        json!({"enum": [{"a": 1}]}),
    ];
    for released in speaks {
        let mut current = released.clone();
        put(&mut current, "", "properties", json!({"a": {"type": "string"}}));
        assert!(!verified(&released, &current).is_empty(), "{released}");
    }
}

#[test]
fn a_constraint_further_out_speaks_of_a_new_field() {
    let released = json!({
        "properties": {"data": {"type": "object"}},
        "anyOf": [{"properties": {"data": {"properties": {"a": {"type": "integer"}}}}}]
    });
    let mut current = released.clone();
    put(
        &mut current,
        "/properties/data",
        "properties",
        json!({"a": {"type": "string"}}),
    );
    assert_eq!(verified(&released, &current)[0].pointer, "/data/a");
}

#[test]
fn a_break_in_a_recursive_definition_is_found_where_it_is_first_met() {
    let mut current = workout();
    put(&mut current, "/$defs/Exercise/properties/sets", "minItems", json!(2));
    let breaks = verified(&workout(), &current);
    let pointers: Vec<_> = breaks.iter().map(|found| found.pointer.as_str()).collect();
    assert_eq!(pointers, ["/data/exercises/0/sets"]);
}

#[test]
fn a_released_pattern_with_an_example_is_trusted_and_a_new_one_is_not() {
    let mut current = workout();
    put(&mut current, "/$defs/Slug", "pattern", json!("^[a-z]+$"));
    at(&mut current, &data("revision")).remove("minimum");
    at(&mut current, &format!("{SET}/properties/reps")).remove("maximum");
    let breaks = verified(&workout(), &current);
    let with: Vec<_> = breaks
        .iter()
        .filter(|found| found.example.is_some())
        .map(|found| found.pointer.as_str())
        .collect();
    assert_eq!(breaks.len(), 3);
    assert_eq!(
        with,
        ["/data/revision"],
        "an exercise needs a slug of which nothing is known any more"
    );
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
