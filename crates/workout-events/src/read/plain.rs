//! The plain envelope, for services that have not moved to CloudEvents yet.
//!
//! ```json
//! {"event_type": "user.created", "payload": {"...": "..."}, "service": "auth-service",
//!  "timestamp": "2026-01-02T03:04:05.678901", "version": "1.0"}
//! ```
//!
//! A decoder reads it only when told so by [`Decoder::accept_plain_envelope`](crate::Decoder::accept_plain_envelope),
//! and by these rules:
//!
//! - `event_type` is the type, `service` the source, `payload` the data;
//! - the major number of `version` is the version of the data: `"1.0"` and `"1.4"` are version 1;
//! - a `timestamp` without an offset is UTC;
//! - the id is the version 5 UUID of the message's bytes in [`NAMESPACE`], so the same message
//!   delivered or published again is the same event.
//!
//! The data must keep the contract of its type like any other; pointers name the fields of the plain envelope.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::contract::shape::{Field, Object, Shape};
use crate::contract::text::Lines;
use crate::event::REFERENCE;
use crate::read::decode::DecodeError;
use crate::read::diagnose;
use crate::read::scan::scan;
use crate::value::ids::NAMESPACE;
use crate::value::time::Moment;
use crate::violation::{Code, Violations};

const TEXT: &Shape = &Shape::Text { min: 1, max: 255, lines: Lines::Single };

const fn field(name: &'static str, doc: &'static str, shape: &'static Shape) -> Field {
    Field { name, doc, required: true, example: None, shape }
}

static PLAIN: Object = Object {
    name: "PlainEnvelope",
    doc: "The envelope of services that have not moved to CloudEvents.",
    fields: &[
        field("event_type", "The type.", TEXT),
        field("payload", "The data.", &Shape::Any),
        field("service", "The source.", &Shape::Formatted(&REFERENCE)),
        field("timestamp", "When it was said.", TEXT),
        field("version", "The version, as major.minor.", TEXT),
    ],
    any_of: &[],
    rules: &[],
};

/// Which field of the plain envelope became which of CloudEvents.
const RENAMED: [(&str, &str); 5] = [
    ("/data", "/payload"),
    ("/type", "/event_type"),
    ("/source", "/service"),
    ("/time", "/timestamp"),
    ("/dataversion", "/version"),
];

/// The message as a CloudEvent, if it is in the plain envelope.
pub(crate) fn rewrite(text: &str) -> Result<Option<String>, DecodeError> {
    // Cheap and sufficient: a CloudEvent names its specversion, and whatever mentions both is left to the strict reader.
    if !text.contains("\"event_type\"") || text.contains("\"specversion\"") {
        return Ok(None);
    }
    let scan = scan(text, Some(&PLAIN), false);
    let Some(mut tree) = diagnose::parse(text, &scan).filter(|_| !scan.broken) else {
        // Not JSON: the strict reader says so in its own words.
        return Ok(None);
    };
    let mut violations = diagnose::object(&mut tree, scan, &PLAIN);
    let mut field = |name: &str| tree.get_mut(name).map(Value::take).unwrap_or_default();
    let time = time(field("timestamp").as_str().unwrap_or_default()).map_err(|code| (code, "/timestamp"));
    let version = major(field("version").as_str().unwrap_or_default()).ok_or((Code::UnknownVersion, "/version"));
    for (code, pointer) in [time.as_ref().err(), version.as_ref().err()].into_iter().flatten() {
        if !violations.iter().any(|violation| violation.pointer == *pointer) {
            violations.push(crate::Violation::new(*code, *pointer, code.describe()));
        }
    }
    if let Some(violations) = Violations::new(violations) {
        return Err(violations.into());
    }
    let (Ok(time), Ok(version)) = (time, version) else {
        return Ok(None);
    };
    let event: Map<String, Value> = [
        ("specversion", json!("1.0")),
        ("id", json!(Uuid::new_v5(&NAMESPACE, text.as_bytes()).to_string())),
        ("source", field("service")),
        ("type", field("event_type")),
        ("time", json!(time.to_string())),
        ("dataversion", json!(version)),
        ("data", field("payload")),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect();
    Ok(Some(Value::Object(event).to_string()))
}

/// Says the places of a refused message in the words of the plain envelope.
pub(crate) fn rename(error: DecodeError) -> DecodeError {
    let renamed = |violations: Violations| {
        violations.map_pointers(|pointer| {
            let found = RENAMED.iter().find_map(|(from, to)| {
                let rest = pointer.strip_prefix(from)?;
                (rest.is_empty() || rest.starts_with('/')).then(|| format!("{to}{rest}"))
            });
            found.unwrap_or(pointer)
        })
    };
    match error {
        DecodeError::Refused(violations) => DecodeError::Refused(renamed(violations)),
        DecodeError::UnknownType(violations) => DecodeError::UnknownType(renamed(violations)),
        DecodeError::UnknownVersion(violations) => DecodeError::UnknownVersion(renamed(violations)),
    }
}

/// A time whose missing offset means UTC.
fn time(text: &str) -> Result<Moment, Code> {
    match Moment::parse(text) {
        Err(Code::MissingOffset) => Moment::parse(&format!("{text}Z")),
        other => other,
    }
}

fn major(version: &str) -> Option<u32> {
    let (major, minor) = version.split_once('.').unwrap_or((version, "0"));
    let number = |text: &str| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse::<u32>().ok()).flatten();
    number(minor)?;
    number(major).filter(|major| *major > 0)
}
