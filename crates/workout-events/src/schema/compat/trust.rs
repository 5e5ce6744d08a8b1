//! Strings that are known to match a pattern or a format, although no regular expression is ever executed.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use serde_json::Value;

use super::document::{Document, Node};

/// A string that has none of the formats below.
pub(super) const OF_NO_FORMAT: &str = "?";

/// The formats of the contract, each with a string that has it and none of the others.
const FORMATS: [(&str, &str); 3] =
    [("uuid", "0197a0d2-5c1e-7b3a-9f4e-2d6c8b1a7e50"), ("date-time", "2026-01-05T07:30:00Z"), ("date", "2026-01-05")];

/// The strings that are taken to satisfy a pattern or a format without a look at it, since the released schema gives
/// them as examples of it. A pattern that only the current schema has is never trusted: its examples may be stale.
#[derive(Debug, Default)]
pub(super) struct Trust(BTreeSet<(&'static str, String, String)>);

impl Trust {
    pub(super) fn of(released: Document<'_>) -> Self {
        let mut trust = Self::default();
        trust.collect(released, released.root);
        trust
    }

    fn collect<'a>(&mut self, document: Document<'a>, value: &'a Value) {
        match value {
            Value::Object(fields) => {
                self.learn(&document.node(value));
                fields.values().for_each(|field| self.collect(document, field));
            }
            Value::Array(items) => items.iter().for_each(|item| self.collect(document, item)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn learn(&mut self, node: &Node<'_>) {
        let mut texts: Vec<_> = node.examples.iter().filter_map(|example| example.as_str()).collect();
        if texts.is_empty() {
            texts.extend(node.get("format").and_then(sample_of_format));
        }
        for keyword in ["pattern", "format"] {
            let Some(constraint) = node.get(keyword).and_then(Value::as_str) else {
                continue;
            };
            self.0.extend(texts.iter().map(|text| (keyword, constraint.to_owned(), (*text).to_owned())));
        }
    }

    /// Whether the text is known to satisfy the constraint.
    pub(super) fn covers(&self, keyword: &'static str, constraint: &Value, text: &str) -> bool {
        let constraint = constraint.as_str();
        constraint.is_some_and(|constraint| self.0.contains(&(keyword, constraint.to_owned(), text.to_owned())))
    }
}

/// A string that has the format, for the formats of the contract.
pub(super) fn sample_of_format(format: &Value) -> Option<&'static str> {
    FORMATS.iter().find(|(name, _)| format == name).map(|(_, sample)| *sample)
}

/// Whether the text has the format, for what is known without parsing it.
pub(super) fn has_format(format: &Value, text: &str) -> Option<bool> {
    let sample = sample_of_format(format)?;
    let known = text == OF_NO_FORMAT || FORMATS.iter().any(|(_, sample)| *sample == text);
    known.then_some(sample == text)
}

/// Whether the text matches a pattern that only excludes characters, such as `^[^\u0000-\u001f\u007f]*$`, or one that
/// finds a line break at the end. Any other pattern is left open.
pub(super) fn matches(pattern: &str, text: &str) -> Option<bool> {
    if pattern == r"\n$" { Some(text.ends_with('\n')) } else { lacks_excluded(pattern, text) }
}

fn lacks_excluded(pattern: &str, text: &str) -> Option<bool> {
    let class = pattern.strip_prefix(r"^[^\u")?.strip_suffix("]*$")?;
    // Once the escape after a hyphen is gone, an escape opens a character or a range, and nothing else.
    let excluded = class.replace(r"-\u", "-");
    let excluded: Option<Vec<_>> = excluded.split(r"\u").map(range).collect();
    let excluded = excluded?;
    Some(!text.chars().any(|each| excluded.iter().any(|range| range.contains(&u32::from(each)))))
}

/// The characters of `0000` or of `0000-001f`.
fn range(codes: &str) -> Option<RangeInclusive<u32>> {
    let (first, last) = codes.split_once('-').unwrap_or((codes, codes));
    let digits = |code: &str| code.len() == 4 && code.bytes().all(|digit| digit.is_ascii_hexdigit());
    let code = |code: &str| u32::from_str_radix(code, 16).ok().filter(|_| digits(code));
    Some(code(first)?..=code(last)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, text: &str, want: Option<bool>) {
        assert_eq!(matches(pattern, text), want, "{pattern} and {text:?}");
    }

    #[test]
    fn a_class_of_excluded_characters_is_understood() {
        let pattern = r"^[^\u0000-\u001f\u007f\u2066-\u2069]*$";
        check(pattern, "bench press", Some(true));
        check(pattern, "", Some(true));
        for excluded in ["\u{1f}", "a\u{7f}", "\u{2067}b"] {
            check(pattern, excluded, Some(false));
        }
    }

    #[test]
    fn a_line_break_at_the_end_is_found() {
        let pattern = r"\n$";
        check(pattern, "bench press", Some(false));
        check(pattern, "bench\npress", Some(false));
        check(pattern, "bench press\n", Some(true));
    }

    #[test]
    fn any_other_pattern_is_left_open() {
        for pattern in
            ["^[a-z]*$", "^[^a-z]*$", r"^[^\u0000-z]*$", r"^[^\u00]*$", r"^[^\u0000]+$", r"^[^\u0000]*$|]*$", ""]
        {
            check(pattern, "x", None);
        }
    }
}
