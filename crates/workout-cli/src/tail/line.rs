//! An event in one line.

use serde::Deserialize;
use serde_json::value::RawValue;
use workout_broker::Delivery;
use workout_events::{Accepted, DecodeError, Registry, UserId};

use crate::tail::Arguments;

/// How many characters of the data are shown.
const DATA: usize = 80;

/// How wide the column of the types is. Most are shorter.
const TYPE: usize = 22;

/// Where a line belongs.
pub(super) enum Line {
    /// On standard output, with its line end.
    Shown(Vec<u8>),
    /// On standard error.
    Said(String),
}

/// Turns messages into lines.
pub(super) struct Lines {
    registry: Registry,
    json: bool,
    user: Option<UserId>,
}

impl Lines {
    pub(super) fn new(arguments: &Arguments) -> Self {
        Self { registry: arguments.reading.registry(), json: arguments.json, user: arguments.user }
    }

    /// The line of a message, unless it is about somebody else.
    pub(super) fn of(&self, delivery: &Delivery) -> Option<Line> {
        match self.registry.read(delivery.body()) {
            Ok(accepted) => self.event(&accepted, delivery.body()).map(Line::Shown),
            // Whom it is about is not known.
            Err(_) if self.user.is_some() => None,
            Err(error) => {
                let text = refused(&error, delivery);
                Some(if self.json { Line::Said(text) } else { Line::Shown(format!("{text}\n").into_bytes()) })
            }
        }
    }

    fn event(&self, accepted: &Accepted, body: &[u8]) -> Option<Vec<u8>> {
        // The canonical form of an event has all of this.
        let event: Envelope<'_> = serde_json::from_slice(&accepted.message).ok()?;
        if self.user.is_some_and(|user| !event.is_about(&user.to_string())) {
            return None;
        }
        if self.json {
            // Line ends in JSON stand between values, and nowhere else.
            let body = body.trim_ascii().iter().map(|byte| if matches!(byte, b'\n' | b'\r') { b' ' } else { *byte });
            return Some(body.chain([b'\n']).collect());
        }
        let Envelope { time, subject, data } = event;
        let (kind, id, data) = (accepted.event_type, accepted.id, shortened(data.get()));
        let line = format!("{time}  {kind:TYPE$}  {subject}  {id}  {data}");
        Some(format!("{}\n", printable(&line)).into_bytes())
    }
}

#[derive(Deserialize)]
struct Envelope<'m> {
    time: String,
    subject: String,
    #[serde(borrow)]
    data: &'m RawValue,
}

impl Envelope<'_> {
    fn is_about(&self, user: &str) -> bool {
        #[derive(Deserialize)]
        struct Data {
            user_id: Option<String>,
        }
        let data = serde_json::from_str::<Data>(self.data.get());
        self.subject == user || data.is_ok_and(|data| data.user_id.as_deref() == Some(user))
    }
}

/// What is wrong with a message, and what its properties call it. Its text is not repeated.
fn refused(error: &DecodeError, delivery: &Delivery) -> String {
    let violations = error.violations();
    let kind = delivery.kind().unwrap_or_else(|| delivery.routing_key());
    let id = delivery.message_id().unwrap_or("without an id");
    let codes: Vec<_> =
        violations.iter().take(3).map(|violation| format!("{} at {:?}", violation.code, violation.pointer)).collect();
    let more = violations.as_slice().len().saturating_sub(codes.len());
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    printable(&format!("invalid  {}  {}  {}{more}", shortened(kind), shortened(id), codes.join(", ")))
}

fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(DATA).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

/// What a stranger wrote must not move the cursor.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_stays_one_line_and_short() {
        #[track_caller]
        fn check(text: &str, want: &str) {
            assert_eq!(printable(&shortened(text)), want);
        }
        check("{}", "{}");
        check("a\u{1b}[2Jb\u{9b}c\nd", "a\u{fffd}[2Jb\u{fffd}c\u{fffd}d");
        check(&"ö".repeat(DATA), &"ö".repeat(DATA));
        check(&"ö".repeat(DATA + 1), &format!("{}…", "ö".repeat(DATA)));
    }
}
