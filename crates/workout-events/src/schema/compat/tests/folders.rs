use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::{Rule, compare_sets};
use super::support::{put, take, validator, workout};

#[test]
fn a_folder_loses_changes_keeps_and_gains_a_schema() {
    let folder = |files: &[(&str, Value)]| -> BTreeMap<String, Value> {
        files.iter().map(|(name, schema)| ((*name).to_owned(), schema.clone())).collect()
    };
    let mut changed = workout();
    take(&mut changed, "/properties", "id");
    put(&mut changed, "/$defs/Set", "additionalProperties", json!(false));
    let released = folder(&[("changed", workout()), ("kept", workout()), ("lost", workout())]);
    let found = compare_sets(&released, &folder(&[("changed", changed), ("kept", workout()), ("new", json!(false))]));

    let rules: Vec<_> =
        found.iter().map(|(name, breaks)| (name.as_str(), breaks.iter().map(|b| b.rule).collect())).collect();
    let changed = vec![Rule::TightenedAdditionalProperties, Rule::RemovedField];
    assert_eq!(rules, [("changed", changed), ("lost", vec![Rule::RemovedSchema])]);
    assert!(validator(&workout()).is_valid(found["lost"][0].example.as_ref().unwrap()));
    assert_eq!(found["lost"][0].to_string().split(':').next(), Some("removed_schema at the root"));
}
