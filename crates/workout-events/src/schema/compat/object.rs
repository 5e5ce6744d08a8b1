//! Fields: which there are, which are required, and what becomes of unknown ones.

use serde_json::Value;

use super::differ::{Differ, Pair, Step};
use super::document::{ANYTHING, Node, accepts_anything};
use super::{Rule, canonical, constraint, samples};

/// What an object does with fields that `properties` does not list.
#[derive(Debug, Clone, Copy)]
enum Unknown<'a> {
    Accepted,
    Refused,
    Restricted(&'a Value),
}

pub(super) fn compare<'a>(differ: &mut Differ<'a>, pair: &Pair<'a>) {
    if malformed(pair) {
        for keyword in ["properties", "required", "additionalProperties"] {
            constraint::compare_whole(differ, pair, keyword);
        }
        return;
    }
    required(differ, pair);
    let [released, current] = [pair.released.properties(), pair.current.properties()];
    for (name, schema) in &released {
        match current.get(name) {
            Some(current) => differ.visit(Step::Field(name), schema, current),
            None => removed(differ, pair, name),
        }
    }
    for (name, schema) in current.iter().filter(|(name, _)| !released.contains_key(*name)) {
        added(differ, pair, name, schema);
    }
    unknown(differ, pair);
}

fn required<'a>(differ: &mut Differ<'a>, pair: &Pair<'a>) {
    let [released, current] = [pair.released.required(), pair.current.required()];
    let [before, after] = [pair.released.properties(), pair.current.properties()];
    // That a field is described no more is a break of its own, which says more.
    let gone = |name: &str| before.contains_key(name) && !after.contains_key(name);
    for name in current.iter().filter(|name| !released.contains(name)) {
        if gone(name) {
            continue;
        }
        let message = format!("The field `{name}` is now required, so an old message without it is refused.");
        let values = samples::objects(differ.judges()[0], &pair.released, &[]);
        differ.report(Rule::NewlyRequiredField, Some(name), message, &values);
    }
    for name in released.iter().filter(|name| !current.contains(name)) {
        if gone(name) {
            continue;
        }
        let message = format!("The field `{name}` may now be absent, and an old reader refuses a message without it.");
        let values = samples::objects(differ.judges()[1], &pair.current, &[]);
        differ.report(Rule::NoLongerRequiredField, Some(name), message, &values);
    }
}

fn removed<'a>(differ: &mut Differ<'a>, pair: &Pair<'a>, name: &'a str) {
    let message = format!("The field `{name}` is gone: what old messages say in it is lost, or refused.");
    let [released, current] = differ.judges();
    let mut values = samples::with_field(released, &pair.released, name);
    values.extend(samples::with_field(current, &pair.current, name));
    differ.report(Rule::RemovedField, Some(name), message, &values);
}

/// A new field is fine unless the released schema already says something about fields of this name.
fn added<'a>(differ: &mut Differ<'a>, pair: &Pair<'a>, name: &'a str, schema: &'a Value) {
    if let Unknown::Restricted(released) = of(&pair.released) {
        differ.visit(Step::Field(name), released, schema);
    } else if pair.released.required().contains(&name) {
        differ.visit(Step::Field(name), &ANYTHING, schema);
    }
    if let Some(keyword) = spoken_of(differ, pair, name) {
        let message =
            format!("The field `{name}` is new, but the released schema already constrains it by `{keyword}`.");
        let values = samples::with_field(differ.judges()[0], &pair.released, name);
        differ.report(Rule::AddedConstraint, Some(name), message, &values);
    }
}

/// A keyword of the released schema, here or further out, that may apply to a field which `properties` does not list.
fn spoken_of<'a>(differ: &Differ<'a>, pair: &Pair<'a>, name: &str) -> Option<&'a str> {
    let mut by_pattern = ["patternProperties", "unevaluatedProperties"].into_iter();
    let by_pattern = by_pattern.find(|keyword| pair.released.get(keyword).is_some_and(Value::is_object));
    by_pattern.or_else(|| {
        let nodes = differ.frames.iter().map(|frame| differ.released.node(frame.released));
        let mut keywords = nodes.flat_map(|node| node.keywords);
        let mentioned = |keyword: &str, value: &'a Value| {
            let open = matches!(keyword, "const" | "enum") || !constraint::is_compared(keyword);
            // `propertyNames` refuses a name or says nothing about its field, and an anchor is no constraint.
            open && !matches!(keyword, "propertyNames" | "$anchor" | "$dynamicAnchor")
                && canonical::mentions(&canonical::keyword(differ.released, keyword, value), name)
        };
        keywords.find(|(keyword, value)| mentioned(keyword, value)).map(|(keyword, _)| keyword)
    })
}

fn unknown<'a>(differ: &mut Differ<'a>, pair: &Pair<'a>) {
    let message = match (of(&pair.released), of(&pair.current)) {
        // An old reader drops what it does not know, so that it never sees what a closed object has come to accept.
        (Unknown::Refused, _) | (Unknown::Accepted, Unknown::Accepted) => return,
        (Unknown::Restricted(released), Unknown::Restricted(current)) => {
            return differ.visit(Step::Field(samples::UNKNOWN), released, current);
        }
        (Unknown::Restricted(released), Unknown::Accepted) => {
            return differ.visit(Step::Field(samples::UNKNOWN), released, &ANYTHING);
        }
        (Unknown::Accepted, Unknown::Restricted(_)) => "Unknown fields must now follow a schema",
        (Unknown::Accepted | Unknown::Restricted(_), Unknown::Refused) => "Unknown fields are no longer accepted",
    };
    let values = samples::with_field(differ.judges()[0], &pair.released, samples::UNKNOWN);
    let message = format!("{message}, so an old message that carries one is refused.");
    differ.report(Rule::TightenedAdditionalProperties, None, message, &values);
}

fn of<'a>(node: &Node<'a>) -> Unknown<'a> {
    match node.get("additionalProperties") {
        None => Unknown::Accepted,
        Some(schema) if accepts_anything(schema) => Unknown::Accepted,
        Some(Value::Bool(false)) => Unknown::Refused,
        Some(schema) => Unknown::Restricted(schema),
    }
}

fn malformed(pair: &Pair<'_>) -> bool {
    let properties = pair.get("properties").into_iter().flatten().any(|value| !value.is_object());
    let names = |value: &Value| value.as_array().is_some_and(|names| names.iter().all(Value::is_string));
    properties || pair.get("required").into_iter().flatten().any(|value| !names(value))
}
