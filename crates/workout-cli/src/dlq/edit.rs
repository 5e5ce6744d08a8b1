//! Letters that were exported, edited, and come back.

use std::borrow::Cow;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde::Deserialize;
use serde_json::value::RawValue;
use workout_consumer::DeadLetter;
use workout_consumer::dead_letters::Edits;
use workout_events::uuid::Uuid;
use workout_events::{Code, Moment, Registry, Violation};

use crate::failure::Failure;
use crate::output::say;

/// How many lines are told on standard error, and how many violations of one.
const TOLD: usize = 20;
const VIOLATIONS: usize = 5;

/// The longest line. No broker takes a message of that size.
const LONGEST: u64 = 64 * 1024 * 1024;

/// Reads a file that `workout dlq export` wrote. `None` when a line is refused, and told.
pub(super) fn read(path: &Path, registry: &Registry) -> Result<Option<Edits>, Failure> {
    let open = || File::open(path).map(BufReader::new);
    let mut input = open().map_err(|cause| Failure::at(path, cause))?;
    let (mut edits, mut refused, mut line) = (Edits::new(), 0, Vec::new());
    for number in 1.. {
        line.clear();
        let read = (&mut input).take(LONGEST).read_until(b'\n', &mut line);
        if read.map_err(|cause| Failure::at(path, cause))? == 0 {
            break;
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        match edit(&line, registry) {
            Ok((key, body)) => edits.insert(key, body),
            Err(violations) => {
                refused += 1;
                tell(refused, number, &violations);
            }
        }
    }
    if refused > TOLD {
        say(format_args!("and {} more lines", refused - TOLD));
    }
    if refused > 0 {
        say(format_args!("{}: {refused} lines are refused, and nothing was published", path.display()));
        return Ok(None);
    }
    Ok(Some(edits))
}

fn tell(refused: usize, number: u64, violations: &[Violation]) {
    if refused > TOLD {
        return;
    }
    for violation in violations.iter().take(VIOLATIONS) {
        say(format_args!("line {number}: {violation}"));
    }
    if violations.len() > VIOLATIONS {
        say(format_args!("line {number}: and {} more", violations.len() - VIOLATIONS));
    }
}

/// What of a line is looked at.
#[derive(Deserialize)]
struct Line<'l> {
    #[serde(borrow)]
    key: Option<Cow<'l, str>>,
    #[serde(borrow)]
    id: Option<Cow<'l, str>>,
    #[serde(borrow)]
    died: Option<Cow<'l, str>>,
    #[serde(borrow)]
    body: Option<&'l RawValue>,
    #[serde(borrow)]
    body_text: Option<Cow<'l, str>>,
    #[serde(borrow)]
    body_base64: Option<Cow<'l, str>>,
}

/// The letter and its body. One that is as it was exported is not judged: it is replayed as it would be without the file.
fn edit(line: &[u8], registry: &Registry) -> Result<(Uuid, Vec<u8>), Vec<Violation>> {
    let refused = |code, pointer: &str, message: &str| vec![Violation::new(code, pointer, message)];
    let line: Line<'_> = serde_json::from_slice(line)
        .map_err(|error| refused(Code::InvalidJson, "", &format!("no line of an export (byte {})", error.column())))?;
    let key = line.key.ok_or_else(|| refused(Code::Missing, "/key", "the key says which letter it is"))?;
    let key: Uuid = key.parse().map_err(|_| refused(Code::InvalidUuid, "/key", "this is no key of a letter"))?;
    let body = match (line.body, line.body_text, line.body_base64) {
        (Some(value), None, None) => value.get().as_bytes().to_vec(),
        (None, Some(text), None) => text.into_owned().into_bytes(),
        (None, None, Some(base64)) => BASE64_STANDARD
            .decode(base64.as_bytes())
            .map_err(|_| refused(Code::WrongType, "/body_base64", "these are no bytes in base64"))?,
        _ => {
            let message = "a letter has one of body, body_text and body_base64";
            return Err(refused(Code::Missing, "/body", message));
        }
    };
    let died = line.died.and_then(|died| Moment::parse(&died).ok()).map(Moment::timestamp);
    if DeadLetter::key_of(line.id.as_deref(), died, &body) != key {
        registry.read(&body).map_err(|error| error.violations().as_slice().to_vec())?;
    }
    Ok((key, body))
}
