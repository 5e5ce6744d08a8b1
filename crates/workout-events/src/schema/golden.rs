//! The golden corpus: messages that must be readable for ever, and refused ones with their verdicts.
//!
//! The corpus only grows. A line that was released is never edited or removed; the gate
//! ([`regressions`]) holds a newer reader against the corpus of an older release.

use serde::{Deserialize, Serialize};

use crate::contract::shape::Shape;
use crate::read::sample;
use crate::read::{Accepted, Registry, TypeInfo};
use crate::read::{DecodeError, Decoder};
use crate::violation::Violation;

/// One accepted message a line.
pub const ACCEPTED: &[u8] = include_bytes!("golden/accepted.jsonl");

/// One refused message a line. Not every line is JSON, and not every one is UTF-8: that is why they are refused.
pub const REFUSED: &[u8] = include_bytes!("golden/refused.jsonl");

/// The [`Verdict`] on each line of [`REFUSED`].
pub const VERDICTS: &[u8] = include_bytes!("golden/refused.verdicts.jsonl");

/// The files of the corpus, by name.
pub(crate) fn files() -> impl Iterator<Item = (&'static str, &'static [u8])> {
    [("accepted.jsonl", ACCEPTED), ("refused.jsonl", REFUSED), ("refused.verdicts.jsonl", VERDICTS)].into_iter()
}

/// What a reader says of one line, in the form that `workout schema validate` prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Verdict {
    /// The number of the line, from 1.
    pub line: usize,
    /// Whether the message is accepted.
    pub ok: bool,
    /// The type, where it is accepted.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub event_type: Option<&'static str>,
    /// The version, where it is accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// How many fields the reader did not know, if any.
    #[serde(skip_serializing_if = "is_zero")]
    pub unknown_fields: usize,
    /// What a consumer does with a refused message: `quarantine` or `park`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disposition: Option<&'static str>,
    /// Why it is refused.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub violations: Vec<Violation>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

impl Verdict {
    /// The verdict of a reader on the message in line `line`.
    #[must_use]
    pub fn of(registry: &Registry, line: usize, message: &[u8]) -> Self {
        match registry.read(message) {
            Ok(Accepted { event_type, version, unknown_fields, .. }) => Self {
                line,
                ok: true,
                event_type: Some(event_type),
                version: Some(version),
                unknown_fields,
                disposition: None,
                violations: Vec::new(),
            },
            Err(error) => Self {
                line,
                ok: false,
                event_type: None,
                version: None,
                unknown_fields: 0,
                disposition: Some(disposition(&error)),
                violations: error.violations().as_slice().to_vec(),
            },
        }
    }
}

fn disposition(error: &DecodeError) -> &'static str {
    match error {
        DecodeError::UnknownVersion(_) => "park",
        DecodeError::Refused(_) | DecodeError::UnknownType(_) => "quarantine",
    }
}

/// The smallest message of this type, and one with every field: what the corpus must hold of each type.
#[must_use]
pub fn samples(info: &TypeInfo) -> [Vec<u8>; 2] {
    let message = Shape::Object(info.message);
    [sample::shape(&message), sample::full(&message)].map(|tree| tree.to_string().into_bytes())
}

/// The lines of a corpus file, with their numbers from 1.
pub fn lines(file: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let file = file.strip_suffix(b"\n").unwrap_or(file);
    (1..).zip(file.split(|byte| *byte == b'\n'))
}

/// What a reader does differently from what the corpus of an earlier release promised. Empty means: nothing.
///
/// Messages are for people and may change; codes and places are not, and may not.
#[must_use]
pub fn regressions(registry: &Registry, accepted: &[u8], refused: &[u8], verdicts: &[u8]) -> Vec<String> {
    #[derive(Deserialize)]
    struct Promised {
        violations: Vec<Place>,
    }
    #[derive(Deserialize, PartialEq, Eq, PartialOrd, Ord, Debug)]
    struct Place {
        code: String,
        pointer: String,
    }

    let registry = registry.clone().decoder(Decoder::new());
    let mut found = Vec::new();
    for (line, message) in lines(accepted) {
        if let Err(error) = registry.read(message) {
            found.push(format!("accepted.jsonl line {line} is refused now: {}", error.violations()));
        }
    }
    let mut promised = lines(verdicts);
    for (line, message) in lines(refused) {
        let Some(Ok(want)) = promised.next().map(|(_, verdict)| serde_json::from_slice::<Promised>(verdict)) else {
            found.push(format!("refused.verdicts.jsonl has no verdict for line {line}"));
            continue;
        };
        let verdict = Verdict::of(&registry, line, message);
        let got: Vec<_> = verdict
            .violations
            .into_iter()
            .map(|violation| Place { code: violation.code.to_string(), pointer: violation.pointer })
            .collect();
        if got != want.violations {
            found.push(format!("refused.jsonl line {line} is judged {got:?} now, and was {:?}", want.violations));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_corpus_keeps_its_verdicts() {
        assert_eq!(regressions(&Registry::workout(), ACCEPTED, REFUSED, VERDICTS), Vec::<String>::new());
    }

    #[test]
    fn every_type_is_in_the_corpus() {
        let missing: Vec<_> = Registry::workout()
            .types()
            .flat_map(samples)
            .filter(|sample| !lines(ACCEPTED).any(|(_, line)| line == sample))
            .map(|sample| String::from_utf8_lossy(&sample).into_owned())
            .collect();
        assert!(missing.is_empty(), "append to src/schema/golden/accepted.jsonl:\n{}", missing.join("\n"));
    }

    #[test]
    fn a_broken_promise_is_seen() {
        let accepted = regressions(
            &Registry::workout(),
            b"{}\n",
            b"",
            b"{\"violations\":[{\"code\":\"empty\",\"pointer\":\"\"}]}\n",
        );
        assert_eq!(accepted.len(), 1, "{accepted:?}");
        let refused = regressions(
            &Registry::workout(),
            ACCEPTED,
            b"{\n",
            b"{\"violations\":[{\"code\":\"empty\",\"pointer\":\"\"}]}\n",
        );
        assert_eq!(refused.len(), 1, "{refused:?}");
    }
}
