//! The `type` keyword, as a string or as a set.

use std::collections::BTreeSet;

use serde_json::Value;

use super::differ::{Differ, Pair};
use super::{Rule, samples};

const ALL: [&str; 6] = ["array", "boolean", "null", "number", "object", "string"];

/// Compares the types of a value. The answer is whether a comparison of the other keywords still says something: that
/// of a string's length with a number's bounds does not.
pub(super) fn compare<'a>(differ: &mut Differ<'a>, pair: &Pair<'a>) -> bool {
    let [released, current] = pair.get("type").map(of);
    if released == current {
        return true;
    }
    let message = format!("The type was {} and is now {}.", listed(&released), listed(&current));
    let values = samples::of_both(differ, pair);
    differ.report(Rule::ChangedType, None, message, &values);
    released.iter().any(|kind| current.contains(kind))
        || [(&released, &current), (&current, &released)]
            .iter()
            .any(|(a, b)| a.contains("integer") && b.contains("number"))
}

/// The types that a `type` keyword allows; without one, all of them. `integer` stands only where `number` does not.
pub(super) fn of(keyword: Option<&Value>) -> BTreeSet<String> {
    let mut names: BTreeSet<String> = match keyword {
        None => ALL.iter().map(|&name| name.to_owned()).collect(),
        Some(Value::Array(names)) => names.iter().map(name).collect(),
        Some(other) => BTreeSet::from([name(other)]),
    };
    if names.contains("number") {
        names.remove("integer");
    }
    names
}

/// Whether an instance has one of these types.
pub(super) fn admit(names: &BTreeSet<String>, instance: &Value) -> bool {
    let kind = match super::number::normal(instance) {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => return names.contains("integer") || names.contains("number"),
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    names.contains(kind)
}

/// A malformed entry keeps its own text, so that it never equals a type.
fn name(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn listed(names: &BTreeSet<String>) -> String {
    if names.len() == ALL.len() {
        return "any".to_owned();
    }
    names.iter().map(String::as_str).collect::<Vec<_>>().join(" or ")
}
