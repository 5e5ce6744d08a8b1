use serde_json::{Value, json};

use super::super::Rule;
use super::support::{IN_A_SET, REPS, SET, at, check, check_without_example, data, put, take, verified, workout};

#[test]
fn values_of_an_enumeration_that_come_and_go() {
    let kinds = |kinds: Value| move |s: &mut Value| put(s, &data("kind"), "enum", kinds);
    check(kinds(json!(["run", "other"])), Rule::RemovedEnumValue, "/data/kind");
    check(kinds(json!(["run", "lift", "swim", "other"])), Rule::AddedEnumValue, "/data/kind");
    check(|s| take(s, &data("kind"), "enum"), Rule::RemovedConstraint, "/data/kind");
    check(|s| put(s, REPS, "enum", json!([5, 10])), Rule::AddedConstraint, &format!("{IN_A_SET}/reps"));
}

#[test]
fn each_value_of_an_enumeration_is_a_break_of_its_own() {
    let mut current = workout();
    put(&mut current, &data("kind"), "enum", json!(["swim", "run", "row"]));
    let breaks = verified(&workout(), &current);
    let kinds: Vec<_> = breaks.iter().map(|found| found.example.as_ref().unwrap()["data"]["kind"].clone()).collect();
    assert_eq!(kinds, ["lift", "other", "swim", "row"]);
}

#[test]
fn a_constant_that_changes() {
    check(|s| put(s, "/properties/dataversion", "const", json!(2)), Rule::ChangedConst, "/dataversion");
    check(|s| take(s, "/properties/type", "const"), Rule::ChangedConst, "/type");
    check(|s| put(s, REPS, "const", json!(10)), Rule::ChangedConst, &format!("{IN_A_SET}/reps"));
}

#[test]
fn a_constant_that_becomes_one_of_several() {
    let change = |s: &mut Value| put(s, "/properties", "specversion", json!({"enum": ["1.0", "1.1"]}));
    check(change, Rule::AddedEnumValue, "/specversion");
}

#[test]
fn a_pattern_that_changes_is_a_break_without_an_example() {
    let id = "/properties/id";
    for change in [&(|s: &mut Value| put(s, id, "pattern", json!("^[0-9a-f-]+$"))) as &dyn Fn(&mut Value), &|s| {
        take(s, id, "pattern");
    }] {
        check_without_example(change, Rule::ChangedPattern, "/id");
    }
    let found =
        check_without_example(|s| put(s, &data("title"), "pattern", json!("^a")), Rule::ChangedPattern, "/data/title");
    assert_eq!(found.example, None);
}

#[test]
fn a_format_that_changes() {
    check(|s| put(s, &data("coach_id"), "format", json!("date")), Rule::ChangedFormat, "/data/coach_id");
    check(|s| take(s, &data("coach_id"), "format"), Rule::ChangedFormat, "/data/coach_id");
    check(|s| put(s, &data("title"), "format", json!("date-time")), Rule::ChangedFormat, "/data/title");
}

#[test]
fn items_that_gain_or_lose_their_schema() {
    check(|s| take(s, &data("tags"), "items"), Rule::ChangedItems, "/data/tags");
    check(|s| put(s, &data("tags"), "items", json!({"title": "Anything"})), Rule::ChangedItems, "/data/tags");
    let mut released = workout();
    take(&mut released, &data("exercises"), "items");
    let breaks = verified(&released, &workout());
    assert_eq!(breaks.iter().map(|found| found.rule).collect::<Vec<_>>(), [Rule::ChangedItems]);
    assert!(breaks[0].example.is_some());
}

#[test]
fn a_change_deep_in_an_array_points_at_its_first_item() {
    let change = |s: &mut Value| put(s, "/$defs/Slug", "maxLength", json!(30));
    check_without_example(change, Rule::WidenedBound, "/data/exercises/0/exercise_id");
}

#[test]
fn a_released_pattern_with_an_example_is_trusted_and_a_new_one_is_not() {
    let mut current = workout();
    put(&mut current, "/$defs/Slug", "pattern", json!("^[a-z]+$"));
    at(&mut current, &data("revision")).remove("minimum");
    at(&mut current, &format!("{SET}/properties/reps")).remove("maximum");
    let breaks = verified(&workout(), &current);
    let with: Vec<_> =
        breaks.iter().filter(|found| found.example.is_some()).map(|found| found.pointer.as_str()).collect();
    assert_eq!(breaks.len(), 3);
    assert_eq!(with, ["/data/revision"], "an exercise needs a slug of which nothing is known any more");
}

#[test]
fn a_pattern_that_excludes_characters_is_understood() {
    let name = |more: &str| json!({"type": "string", "maxLength": 9, "pattern": format!(r"^[^\u0000-\u001f{more}]*$")});
    let schema = |name: Value| json!({"required": ["name"], "properties": {"name": name, "n": {"maximum": 1}}});
    let mut current = schema(name(r"\u0078"));
    take(&mut current, "/properties/n", "maximum");
    let breaks = verified(&schema(name("")), &current);
    let rules: Vec<_> = breaks.iter().map(|found| (found.rule, found.example.is_some())).collect();
    assert_eq!(rules, [(Rule::WidenedBound, true), (Rule::ChangedPattern, true)]);
}
