//! Constants, enumerations, patterns and formats.

use serde_json::Value;

use super::differ::{Differ, Pair};
use super::number::same;
use super::{Rule, constraint, samples};

pub(super) fn compare<'a>(differ: &mut Differ<'a>, pair: &Pair<'a>) {
    values(differ, pair);
    text(differ, pair, "pattern", Rule::ChangedPattern);
    text(differ, pair, "format", Rule::ChangedFormat);
}

fn values<'a>(differ: &mut Differ<'a>, pair: &Pair<'a>) {
    let constants = pair.get("const");
    let enumerations = pair.get("enum");
    match (constants, enumerations) {
        // A constant beside an enumeration on the other side is an enumeration of one.
        ([Some(released), None], [None, Some(Value::Array(current))]) => {
            enumeration(differ, std::slice::from_ref(released), current);
        }
        ([None, Some(current)], [Some(Value::Array(released)), None]) => {
            enumeration(differ, released, std::slice::from_ref(current));
        }
        _ => {
            constant(differ, pair);
            match enumerations {
                [Some(Value::Array(released)), Some(Value::Array(current))] => enumeration(differ, released, current),
                _ => constraint::compare_whole(differ, pair, "enum"),
            }
        }
    }
}

fn constant<'a>(differ: &mut Differ<'a>, pair: &Pair<'a>) {
    let message = match pair.get("const") {
        [Some(released), Some(current)] if !same(released, current) => {
            format!("The constant was {released} and is now {current}.")
        }
        [Some(released), None] => format!("The value had to be {released}, and an old reader refuses any other."),
        [None, Some(current)] => format!("The value must now be {current}, so an old message with another is refused."),
        _ => return,
    };
    let values = samples::of_both(differ, pair);
    differ.report(Rule::ChangedConst, None, message, &values);
}

fn enumeration(differ: &mut Differ<'_>, released: &[Value], current: &[Value]) {
    let among = |value: &Value, values: &[Value]| values.iter().any(|other| same(value, other));
    for value in released.iter().filter(|value| !among(value, current)) {
        let message = format!("The value {value} is no longer allowed, so an old message that carries it is refused.");
        differ.report(Rule::RemovedEnumValue, None, message, std::slice::from_ref(value));
    }
    for value in current.iter().filter(|value| !among(value, released)) {
        let message = format!("The value {value} is new, so an old reader refuses a message that carries it.");
        differ.report(Rule::AddedEnumValue, None, message, std::slice::from_ref(value));
    }
}

fn text<'a>(differ: &mut Differ<'a>, pair: &Pair<'a>, keyword: &str, rule: Rule) {
    let message = match pair.get(keyword) {
        [Some(released), Some(current)] if released != current => {
            format!("The {keyword} was {released} and is now {current}.")
        }
        [Some(released), None] => format!("The {keyword} {released} is gone, and an old reader still enforces it."),
        [None, Some(current)] => format!("The {keyword} {current} is new, and old messages were not held to it."),
        _ => return,
    };
    let values = samples::of_both(differ, pair);
    differ.report(rule, None, message, &values);
}
