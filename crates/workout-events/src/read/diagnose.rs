//! The diagnosis of a refused message: every violation, each with its place.
//!
//! It runs only after the quick way has refused, so it can afford to build a tree. Where a value is refused, a sample
//! takes its place; the repaired tree then gets its Rust type, and the rules between fields are judged on it, except
//! those that would read a sample.

use std::collections::HashSet;

use jiff::Timestamp;
use serde_json::Value;

use crate::contract::Check;
use crate::contract::shape::{Object, Shape};
use crate::contract::text;
use crate::contract::{Contract, EventType};
use crate::event::{Event, Wire};
use crate::read::sample;
use crate::read::scan::{Scan, push_segment};
use crate::value::time::Moment;
use crate::violation::{Code, Violation, Violations};

/// Diagnoses an event that was built in the program.
pub(crate) fn value<T: EventType>(event: &Event<T>) -> Violations {
    match serde_json::to_value(Wire::new(&event.attributes, &event.data)) {
        Ok(mut tree) => tree_of::<T>(&mut tree, Report::default(), Timestamp::now()),
        Err(error) => Violations::one(Code::WrongType, "/data", format!("the data has no JSON form: {error}")),
    }
}

/// Parses the text of a scanned message, with a sample in place of what no reader would take.
pub(crate) fn parse(text: &str, scan: &Scan) -> Option<Value> {
    let mut patched = String::with_capacity(text.len());
    let mut from = 0;
    for patch in &scan.patches {
        // A patch inside an already replaced value is covered by it.
        if patch.span.start >= from {
            patched.push_str(&text[from..patch.span.start]);
            patched.push_str(patch.with);
            from = patch.span.end;
        }
    }
    patched.push_str(&text[from..]);
    serde_json::from_str(&patched).ok()
}

/// Diagnoses a message of the type and version of `T`.
pub(crate) fn message<T: EventType>(tree: &mut Value, scan: Scan, now: Timestamp) -> Violations {
    tree_of::<T>(tree, Report::from(scan), now)
}

/// Diagnoses the envelope of a message whose data cannot be judged, and adds why it cannot.
pub(crate) fn envelope(tree: &mut Value, scan: Scan, object: &Object, reason: Violation) -> Violations {
    let mut report = Report::from(scan);
    report.replaced.insert(reason.pointer.clone());
    report.walk_object(tree, object, &mut String::new());
    report.violations.push(reason.clone());
    Violations::new(report.violations).unwrap_or_else(|| Violations::one(reason.code, reason.pointer, reason.message))
}

/// Diagnoses an object on its own, and leaves samples where it refuses.
pub(crate) fn object(tree: &mut Value, scan: Scan, object: &Object) -> Vec<Violation> {
    let mut report = Report::from(scan);
    report.walk_object(tree, object, &mut String::new());
    report.violations
}

fn tree_of<T: EventType>(tree: &mut Value, mut report: Report, now: Timestamp) -> Violations {
    report.walk_object(tree, T::MESSAGE, &mut String::new());
    let Report { mut violations, replaced, .. } = report;

    let mut check = Check::thorough("", now, &replaced, &mut violations);
    if let Some(Ok(time)) = tree.get("time").and_then(Value::as_str).map(Moment::parse) {
        check.not_in_future("time", time);
    }
    let data = tree.get_mut("data").map_or(Value::Null, Value::take);
    rules::<T>(data, "/data", now, &replaced, &mut violations);
    Violations::new(violations)
        .unwrap_or_else(|| Violations::one(Code::WrongType, "", "the message does not fit its type"))
}

/// Diagnoses data without an envelope.
pub(crate) fn data<T: Contract>(tree: &mut Value, scan: Scan, now: Timestamp) -> Violations {
    let mut report = Report::from(scan);
    report.walk(tree, T::SHAPE, &mut String::new());
    let Report { mut violations, replaced, .. } = report;
    rules::<T>(tree.take(), "", now, &replaced, &mut violations);
    Violations::new(violations)
        .unwrap_or_else(|| Violations::one(Code::WrongType, "", "the data does not fit its type"))
}

/// Judges the rules between the fields of repaired data.
fn rules<T: Contract>(
    data: Value,
    pointer: &str,
    now: Timestamp,
    replaced: &HashSet<String>,
    violations: &mut Vec<Violation>,
) {
    match serde_json::from_value::<T>(data) {
        Ok(data) => data.check(&mut Check::thorough(pointer, now, replaced, violations)),
        Err(error) if violations.is_empty() => {
            violations.push(Violation::new(Code::WrongType, pointer, format!("the data does not fit: {error}")));
        }
        Err(_) => {}
    }
}

#[derive(Debug, Default)]
struct Report {
    violations: Vec<Violation>,
    /// What is among the violations already. A hostile message has tens of thousands of them, so none of these is ever
    /// searched from end to end.
    known: HashSet<(Code, String)>,
    /// Places whose value was refused and is now a sample.
    replaced: HashSet<String>,
}

impl From<Scan> for Report {
    fn from(scan: Scan) -> Self {
        Self {
            known: scan.violations.iter().map(|violation| (violation.code, violation.pointer.clone())).collect(),
            violations: scan.violations,
            replaced: scan.patches.into_iter().map(|patch| patch.pointer).collect(),
        }
    }
}

impl Report {
    fn add(&mut self, code: Code, pointer: &str, message: impl Into<String>) {
        if self.known.insert((code, pointer.to_owned())) {
            self.violations.push(Violation::new(code, pointer, message));
        }
    }

    /// Walks over an object; what is refused becomes a sample.
    fn walk_object(&mut self, value: &mut Value, object: &Object, pointer: &mut String) {
        let Value::Object(map) = value else {
            self.add(Code::WrongType, pointer, "a JSON object is expected");
            return;
        };
        for field in object.fields {
            let length = pointer.len();
            push_segment(pointer, field.name);
            match map.get_mut(field.name) {
                Some(value) => self.walk(value, field.shape, pointer),
                None if field.required => {
                    if !self.replaced.contains(pointer) {
                        self.add(Code::Missing, pointer, "the field is required");
                        self.replaced.insert(pointer.clone());
                    }
                    map.insert(field.name.to_owned(), sample::field(field));
                }
                None => {}
            }
            pointer.truncate(length);
        }
        if !object.any_of.is_empty() && !object.any_of.iter().any(|name| map.contains_key(*name)) {
            self.add(Code::NothingMeasured, pointer, format!("one of {} is required", object.any_of.join(", ")));
        }
    }

    fn walk(&mut self, value: &mut Value, shape: &'static Shape, pointer: &mut String) {
        if self.replaced.contains(pointer) {
            *value = sample::shape(shape);
        } else if !self.walk_kept(value, shape, pointer) {
            *value = sample::shape(shape);
            self.replaced.insert(pointer.clone());
        }
    }

    /// Says whether the value can be kept.
    fn walk_kept(&mut self, value: &mut Value, shape: &'static Shape, pointer: &mut String) -> bool {
        let before = self.violations.len();
        match (shape, &mut *value) {
            (Shape::Any, _) | (Shape::Boolean, Value::Bool(_)) => {}
            (Shape::Object(object), Value::Object(_)) => {
                self.walk_object(value, object, pointer);
                return true;
            }
            (Shape::List { min, max, of }, Value::Array(items)) => {
                if items.len() < *min {
                    self.add(Code::TooFewItems, pointer, format!("a list of at least {min} is expected"));
                }
                if items.len() > *max {
                    self.add(Code::TooManyItems, pointer, format!("a list of at most {max} is expected"));
                    // What is beyond the limit is refused as a whole; the rest is still worth judging.
                    items.truncate(*max);
                }
                for (index, item) in items.iter_mut().enumerate() {
                    let length = pointer.len();
                    push_segment(pointer, &index.to_string());
                    self.walk(item, of, pointer);
                    pointer.truncate(length);
                }
                return true;
            }
            (Shape::Integer { min, max }, Value::Number(number)) => match number.as_i64() {
                None => self.add(Code::NotAnInteger, pointer, "an integer without fraction or exponent is expected"),
                Some(n) if n < *min => self.add(Code::BelowMinimum, pointer, format!("at least {min} is expected")),
                Some(n) if n > *max => self.add(Code::AboveMaximum, pointer, format!("at most {max} is expected")),
                Some(_) => {}
            },
            (Shape::Version(version), Value::Number(number)) => match number.as_u64() {
                None => self.add(Code::NotAnInteger, pointer, "an integer without fraction or exponent is expected"),
                Some(found) if found == u64::from(*version) => {}
                Some(_) => self.add(Code::UnknownVersion, pointer, format!("version {version} is expected")),
            },
            (Shape::Text { min, max, lines }, Value::String(text)) => {
                for code in text::problems(text, *min, *max, *lines) {
                    self.add(
                        code,
                        pointer,
                        format!("a text of {min} to {max} characters is expected: {}", code.describe()),
                    );
                }
            }
            (Shape::Formatted(format), Value::String(text)) => {
                if let Err(code) = (format.check)(text) {
                    self.add(code, pointer, format!("a {} is expected: {}", format.name, code.describe()));
                }
            }
            (Shape::Constant(constant), Value::String(text)) => {
                if text != constant {
                    self.add(Code::UnknownChoice, pointer, format!("\"{constant}\" is expected"));
                }
            }
            (Shape::Choice(choices), Value::String(text)) => {
                if !choices.contains(&text.as_str()) {
                    self.add(Code::UnknownChoice, pointer, format!("one of {} is expected", choices.join(", ")));
                }
            }
            (_, Value::Null) => self.add(Code::NullValue, pointer, "leave the field out instead of writing null"),
            _ => self.add(Code::WrongType, pointer, format!("{} is expected", json_type(shape))),
        }
        self.violations.len() == before
    }
}

fn json_type(shape: &Shape) -> &'static str {
    match shape {
        Shape::Any => "a value",
        Shape::Boolean => "true or false",
        Shape::Integer { .. } | Shape::Version(_) => "an integer",
        Shape::Text { .. } | Shape::Formatted(_) | Shape::Constant(_) | Shape::Choice(_) => "a text",
        Shape::List { .. } => "a list",
        Shape::Object(_) => "an object",
    }
}
