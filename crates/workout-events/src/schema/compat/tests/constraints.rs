use serde_json::{Value, json};

use super::super::{Rule, compare};
use super::support::{DATA, IN_A_SET, REPS, SET, check, check_without_example, data, put, take, verified, workout};

#[test]
fn constraints_that_appear_vanish_or_differ() {
    let (added, removed) = (Rule::AddedConstraint, Rule::RemovedConstraint);
    check(|s| put(s, DATA, "anyOf", json!([{"required": ["title"]}])), added, "/data");
    check(|s| put(s, DATA, "not", json!({"required": ["title"]})), added, "/data");
    check(|s| put(s, DATA, "dependentRequired", json!({"title": ["weight"]})), added, "/data");
    check(|s| put(s, &data("weight"), "multipleOf", json!(2)), added, "/data/weight");
    check(|s| put(s, "/$defs/Set/properties/load_g", "multipleOf", json!(10)), added, &format!("{IN_A_SET}/load_g"));
    check(|s| take(s, &data("tags"), "uniqueItems"), removed, "/data/tags");
    check(|s| take(s, SET, "anyOf"), removed, IN_A_SET);
    let one_more = json!([{"required": ["reps"]}, {"required": ["load_g"]}, {"required": ["superset"]}]);
    check(|s| put(s, SET, "anyOf", one_more), added, IN_A_SET);
}

#[test]
fn a_keyword_that_nobody_knows_is_never_ignored() {
    check_without_example(|s| put(s, DATA, "sums_to", json!("active_s")), Rule::AddedConstraint, "/data");
}

#[test]
fn an_anchor_that_others_may_refer_to_stays() {
    check_without_example(|s| take(s, DATA, "$anchor"), Rule::RemovedConstraint, "/data");
}

#[test]
fn a_malformed_keyword_is_never_ignored() {
    for (keyword, value) in [("minimum", json!("0")), ("required", json!("a")), ("type", json!(1)), ("enum", json!({}))]
    {
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
    assert_eq!((breaks[0].rule, breaks[0].pointer.as_str()), (Rule::AddedConstraint, "/a"));
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
    put(&mut current, "/properties/data", "properties", json!({"a": {"type": "string"}}));
    assert_eq!(verified(&released, &current)[0].pointer, "/data/a");
}

#[test]
fn a_constraint_beside_a_reference_counts() {
    let slug = |least: u8| {
        let field = json!({"$ref": "#/$defs/Slug", "minLength": least});
        json!({"properties": {"slug": field}, "$defs": {"Slug": {"type": "string"}}})
    };
    let breaks = verified(&slug(1), &slug(2));
    assert_eq!((breaks.len(), breaks[0].rule), (1, Rule::NarrowedBound));
    assert!(breaks[0].example.is_some());
    let mut referred = slug(1);
    put(&mut referred, "/$defs/Slug", "maxLength", json!(5));
    assert_eq!(verified(&slug(1), &referred)[0].rule, Rule::AddedConstraint);
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
fn a_recursive_definition_that_becomes_another_one_further_in() {
    let change = |s: &mut Value| {
        let mut inner = s["$defs"]["Exercise"].clone();
        put(&mut inner, "/properties/sets", "maxItems", json!(9));
        put(s, "/$defs", "Inner", inner);
        put(s, &format!("{SET}/properties"), "superset", json!({"$ref": "#/$defs/Inner"}));
    };
    check(change, Rule::NarrowedBound, "/data/exercises/0/sets/0/superset/sets");
}
