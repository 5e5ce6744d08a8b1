//! The rules that JSON Schema cannot express.

use std::collections::BTreeSet;

use crate::contract::shape::{Object, Shape};
use crate::read::TypeInfo;
use crate::violation::Code;

/// The codes of rules that a JSON Schema cannot express: the decoder refuses a message for them that the schema
/// accepts. There is no message the other way round.
pub const BEYOND_JSON_SCHEMA: &[Code] = &[
    Code::TooLarge,
    Code::TooDeep,
    Code::DuplicateKey,
    Code::NumberOutOfRange,
    Code::NulCharacter,
    Code::LoneSurrogate,
    Code::NotAnInteger,
    Code::InvalidTime,
    Code::UnknownTimeZone,
    Code::InvalidTraceparent,
    Code::EndNotAfterStart,
    Code::SpanTooLong,
    Code::ExceedsElapsed,
    Code::AverageAboveMaximum,
    Code::TooManySets,
    Code::InFuture,
];

/// What holds for every message, whatever its type.
const EVERYWHERE: &[&str] = &[
    "the message has at most 256 KiB, is UTF-8 without a byte order mark, and nests at most 64 deep",
    "no key stands twice in one object",
    "an integer is written without fraction or exponent (JSON Schema takes 5.0 for 5), and lies within 2^53 - 1",
    "no text, known or unknown, contains NUL or half of a surrogate pair",
    "time lies at most 24 hours in the future of the reader's clock",
];

/// The rules of this message that its JSON Schema cannot express, in words.
#[must_use]
pub fn beyond_json_schema(info: &TypeInfo) -> Vec<String> {
    let mut rules: Vec<String> = EVERYWHERE.iter().map(|rule| (*rule).to_owned()).collect();
    let mut found = BTreeSet::new();
    collect(info.message, &mut found);
    rules.extend(found);
    rules
}

/// The description of a message: what it says, and what its schema leaves unsaid.
pub(crate) fn description(info: &TypeInfo) -> String {
    let mut text = info.meaning().to_owned();
    text.push_str("\n\nRules beyond this schema, which the decoder also enforces:\n");
    for rule in beyond_json_schema(info) {
        text.push_str("- ");
        text.push_str(&rule);
        text.push('\n');
    }
    text
}

fn collect(object: &'static Object, found: &mut BTreeSet<String>) {
    found.extend(object.rules.iter().map(|rule| format!("{}: {rule}", object.name)));
    for field in object.fields {
        collect_shape(field.name, field.shape, found);
    }
}

fn collect_shape(name: &str, shape: &'static Shape, found: &mut BTreeSet<String>) {
    match shape {
        Shape::Object(object) => collect(object, found),
        Shape::List { of, .. } => collect_shape(name, of, found),
        Shape::Formatted(format) => {
            found.extend(
                format.beyond_pattern.map(|rule| format!("{name}: {}", lower_first(rule.trim_end_matches('.')))),
            );
        }
        _ => {}
    }
}

fn lower_first(sentence: &str) -> String {
    let mut chars = sentence.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}
