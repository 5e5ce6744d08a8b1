//! Messages with something broken.

use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

use crate::read::TypeInfo;
use crate::read::scan::push_segment;

/// What takes the place of a value, as JSON text: a tree cannot hold most of these.
const REPLACEMENTS: &[&str] = &[
    "null",
    "true",
    "0",
    "-1",
    "1",
    "5.0",
    "1.5",
    "1e2",
    "-0",
    "9007199254740991",
    "9007199254740992",
    "1e400",
    "-1e400",
    "[]",
    "{}",
    "[[]]",
    "[\"coach\", \"42\"]",
    "\"\"",
    "\"x\"",
    "\" \"",
    "\"\\u0000\"",
    "\"\\u0007\"",
    "\"\\n\"",
    "\"\\u202e\"",
    "\"\\ud800\"",
    "\"<script>\"",
    "\"00000000-0000-0000-0000-000000000000\"",
    "\"6F4A1C1E-8C55-4B8E-9D0A-3F8F5F2F7A10\"",
    "\"2026-02-30T10:00:00Z\"",
    "\"2026-03-28T17:29:00\"",
    "\"2026-03-28T17:29:60Z\"",
    "\"2199-12-31T23:59:59Z\"",
    "\"Mars/Olympus\"",
    "\"Back Squat\"",
    "\"back-squat\"",
    "\"strength\"",
    "251",
    "501",
    "20001",
    "1000001",
    "NaN",
    "01",
];

/// How a message is broken.
#[derive(Debug, Clone)]
enum Mutation {
    /// One value becomes another.
    Replace(&'static str),
    /// One text becomes longer than any bound.
    Lengthen,
    /// One field goes away.
    Remove,
    /// An unknown field comes in.
    Insert,
    /// One key stands twice.
    Duplicate,
    /// The text ends too early.
    Truncate,
}

/// Messages of a type with one to three mutations, as text. Some mutations leave the message valid: whether it is
/// refused is for a reader to say.
pub fn mutated(info: &TypeInfo) -> impl Strategy<Value = String> + use<> {
    let mutation = prop_oneof![
        12 => select(REPLACEMENTS).prop_map(Mutation::Replace),
        2 => Just(Mutation::Lengthen),
        4 => Just(Mutation::Remove),
        1 => Just(Mutation::Insert),
        1 => Just(Mutation::Duplicate),
        1 => Just(Mutation::Truncate),
    ];
    let mutations = proptest::collection::vec((any::<Index>(), mutation), 1..=3);
    (super::message(info), mutations).prop_map(|(mut tree, mutations)| {
        let mut texts = Vec::new();
        let mut end = None;
        for (place, mutation) in mutations {
            if let Mutation::Truncate = mutation {
                end = Some(place);
            } else {
                apply(&mut tree, place, &mutation, &mut texts);
            }
        }
        let mut text = tree.to_string();
        for (mark, replacement) in texts {
            text = text.replace(&format!("\"{mark}\""), &replacement);
        }
        if let Some(place) = end {
            let at = place.index(text.len());
            text.truncate((0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default());
        }
        text
    })
}

/// Puts a mark where the text is later replaced.
fn apply(tree: &mut Value, place: Index, mutation: &Mutation, texts: &mut Vec<(String, String)>) {
    let mut pointers = Vec::new();
    collect(tree, &mut String::new(), &mut pointers);
    let Some(pointer) = pointers.get(place.index(pointers.len().max(1))) else { return };
    let Some((parent, name)) = pointer.rsplit_once('/') else { return };
    let mark = format!("@mark{}@", texts.len());
    let Some(value) = tree.pointer_mut(pointer) else { return };
    match mutation {
        Mutation::Replace(replacement) => {
            *value = json!(mark);
            texts.push((mark, (*replacement).to_owned()));
        }
        Mutation::Lengthen => *value = json!("x".repeat(4_001)),
        Mutation::Insert => {
            if let Value::Object(map) = value {
                map.insert("later".to_owned(), json!({ "a": [null, 1.5] }));
            }
        }
        Mutation::Remove => match tree.pointer_mut(parent) {
            Some(Value::Object(map)) => drop(map.remove(name)),
            Some(Value::Array(items)) => drop(items.pop()),
            _ => {}
        },
        Mutation::Duplicate => {
            let text = value.to_string();
            if let Some(Value::Object(_)) = tree.pointer(parent)
                && let Some(value) = tree.pointer_mut(pointer)
            {
                *value = json!(mark);
                texts.push((mark, format!("{text},\"{name}\":{text}")));
            }
        }
        Mutation::Truncate => {}
    }
}

/// The pointers of all values below the top.
fn collect(value: &Value, at: &mut String, pointers: &mut Vec<String>) {
    let mut visit = |segment: &str, value: &Value| {
        let length = at.len();
        push_segment(at, segment);
        pointers.push(at.clone());
        collect(value, at, pointers);
        at.truncate(length);
    };
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| visit(key, value)),
        Value::Array(items) => items.iter().enumerate().for_each(|(index, value)| visit(&index.to_string(), value)),
        _ => {}
    }
}
