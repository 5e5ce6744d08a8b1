//! `workout schema check`

use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::command::{Run, workout};

/// A folder as an earlier release has exported it.
fn released() -> TempDir {
    let folder = TempDir::new().unwrap();
    let run = workout(["schema", "export", "--out", folder.path().to_str().unwrap()]);
    assert_eq!(run.code, Some(0));
    folder
}

fn check_against(folder: &TempDir, more: &[&str]) -> Run {
    let arguments = ["schema", "check", "--against", folder.path().to_str().unwrap()];
    workout(arguments.iter().chain(more))
}

/// Changes the released schema of a performed workout, and expects the gate to name this rule at this place, with an
/// example.
#[track_caller]
fn check(change: impl FnOnce(&mut Value), rule: &str, pointer: &str) {
    let folder = released();
    let path = folder.path().join("workout.performed.v1.schema.json");
    let mut schema: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    change(&mut schema);
    fs::write(&path, schema.to_string()).unwrap();

    let run = check_against(&folder, &[]);
    assert_eq!(run.code, Some(1), "{run:?}");
    let start = format!("workout.performed.v1.schema.json: {rule} at {pointer}: ");
    let mut lines = run.stdout.lines();
    assert!(lines.next().is_some_and(|line| line.starts_with(&start)), "{run:?}");
    assert!(lines.next().is_some_and(|line| line.starts_with("    would break: {")), "{run:?}");
    assert!(run.stderr.contains("incompatible"), "{run:?}");

    let run = check_against(&folder, &["--json"]);
    assert_eq!(run.code, Some(1));
    let first: Value = serde_json::from_str(run.stdout.lines().next().unwrap()).unwrap();
    assert_eq!((&first["rule"], &first["pointer"]), (&json!(rule), &json!(pointer)));
    assert_eq!(first["example"]["type"], "workout.performed");
}

fn data(schema: &mut Value) -> &mut Value {
    &mut schema["$defs"]["WorkoutPerformed"]
}

#[test]
fn what_was_exported_is_compatible_with_itself() {
    let run = check_against(&released(), &[]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""));
    assert!(run.stderr.contains("compatible with the"), "{run:?}");
}

#[test]
fn a_field_that_became_required_is_a_break() {
    let change = |schema: &mut Value| data(schema)["required"].as_array_mut().unwrap().retain(|name| name != "user_id");
    check(change, "newly_required_field", "/data/user_id");
}

#[test]
fn a_field_that_became_optional_is_a_break() {
    let change = |schema: &mut Value| data(schema)["required"].as_array_mut().unwrap().push(json!("energy_kcal"));
    check(change, "no_longer_required_field", "/data/energy_kcal");
}

#[test]
fn a_bound_that_moved_is_a_break_in_either_direction() {
    let set =
        |maximum: u32| move |schema: &mut Value| data(schema)["properties"]["energy_kcal"]["maximum"] = json!(maximum);
    check(set(30_000), "narrowed_bound", "/data/energy_kcal");
    check(set(10_000), "widened_bound", "/data/energy_kcal");
}

#[test]
fn a_choice_that_went_or_came_is_a_break() {
    let added = |schema: &mut Value| {
        data(schema)["properties"]["activity_type"]["enum"].as_array_mut().unwrap().retain(|choice| choice != "golf");
    };
    check(added, "added_enum_value", "/data/activity_type");
    let removed = |schema: &mut Value| {
        data(schema)["properties"]["activity_type"]["enum"].as_array_mut().unwrap().push(json!("juggling"));
    };
    check(removed, "removed_enum_value", "/data/activity_type");
}

#[test]
fn a_type_that_is_gone_is_a_break() {
    let folder = released();
    let schema = folder.path().join("workout.deleted.v1.schema.json");
    fs::copy(schema, folder.path().join("workout.juggled.v1.schema.json")).unwrap();
    let run = check_against(&folder, &[]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.stdout.starts_with("workout.juggled.v1.schema.json: removed_schema "), "{run:?}");
}

#[test]
fn a_message_that_was_promised_to_be_readable_must_stay_so() {
    let folder = released();
    let path = folder.path().join("golden/accepted.jsonl");
    let mut corpus = fs::read(&path).unwrap();
    corpus.extend_from_slice(b"{}\n");
    fs::write(&path, corpus).unwrap();
    let run = check_against(&folder, &[]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.stdout.starts_with("golden: accepted.jsonl line "), "{run:?}");
}

#[test]
fn a_folder_without_a_release_cannot_be_checked() {
    let empty = TempDir::new().unwrap();
    let broken = released();
    fs::write(broken.path().join("goal.set.v1.schema.json"), "{").unwrap();
    for folder in [empty, broken] {
        let run = check_against(&folder, &[]);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{run:?}");
        assert_eq!(run.stderr.lines().count(), 1, "{run:?}");
    }
}
