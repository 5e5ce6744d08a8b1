//! What a message has been through before.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use workout_events::Moment;
use workout_events::jiff::Timestamp;

use crate::letter::Reason;
use crate::letter::text::on_one_line;

/// How much of the past is kept.
const MOST: usize = 10;

/// How much of an error is.
const MAX_ERROR: usize = 200;

/// More text than any history of ours has is not read at all.
const MAX_TEXT: usize = 32 * 1024;

/// Something that happened to a message before.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Past {
    /// It went to the dead letters.
    #[non_exhaustive]
    Died {
        /// When, as far as anybody noted it.
        time: Option<Timestamp>,
        /// Why.
        reason: Reason,
        /// After how many attempts.
        attempts: u32,
        /// The beginning of what its handler said.
        error: Option<String>,
    },
    /// Someone gave it back to its queue, to be tried anew.
    #[non_exhaustive]
    Replayed {
        /// When.
        time: Timestamp,
        /// Whether with another body.
        edited: bool,
    },
}

/// The last ten things that happened, newest last.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct History(Vec<Past>);

impl History {
    pub(crate) fn push(&mut self, past: Past) {
        self.0.push(past);
        self.forget();
    }

    pub(crate) fn as_slice(&self) -> &[Past] {
        &self.0
    }

    /// As it stands in a header; `None` when there is nothing to tell.
    pub(super) fn encode(&self) -> Option<String> {
        let entries: Vec<_> = self.0.iter().map(Entry::of).collect();
        if entries.is_empty() { None } else { serde_json::to_string(&entries).ok() }
    }

    /// As far as it can be understood.
    pub(super) fn decode(text: &str) -> Self {
        if text.len() > MAX_TEXT {
            return Self::default();
        }
        let entries: Vec<Value> = serde_json::from_str(text).unwrap_or_default();
        let understood = |entry| serde_json::from_value::<Entry>(entry).ok()?.past();
        let mut history = Self(entries.into_iter().filter_map(understood).collect());
        history.forget();
        history
    }

    fn forget(&mut self) {
        self.0.drain(..self.0.len().saturating_sub(MOST));
    }
}

/// An entry as it is written.
#[derive(Serialize, Deserialize)]
struct Entry {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    time: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    attempts: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    replayed: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    edited: Option<bool>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

impl Entry {
    fn of(past: &Past) -> Self {
        let empty = Self { time: None, reason: None, attempts: None, error: None, replayed: false, edited: None };
        match past {
            Past::Died { time, reason, attempts, error } => Self {
                time: time.map(|time| time.to_string()),
                reason: Some(reason.to_string()),
                attempts: Some(*attempts),
                error: error.as_deref().map(|error| on_one_line(error, MAX_ERROR)),
                ..empty
            },
            Past::Replayed { time, edited } => {
                Self { time: Some(time.to_string()), replayed: true, edited: Some(*edited), ..empty }
            }
        }
    }

    fn past(self) -> Option<Past> {
        let time = self.time.and_then(|time| Moment::parse(&time).ok()).map(Moment::timestamp);
        if self.replayed {
            return Some(Past::Replayed { time: time?, edited: self.edited.unwrap_or_default() });
        }
        Some(Past::Died {
            time,
            reason: self.reason?.parse().unwrap_or(Reason::Unknown),
            attempts: self.attempts.unwrap_or_default(),
            error: self.error.map(|error| on_one_line(&error, MAX_ERROR)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn died(n: u32) -> Past {
        let time = Timestamp::from_second(1_800_000_000 + i64::from(n)).ok();
        Past::Died { time, reason: Reason::Exhausted, attempts: n, error: Some("no such user".to_owned()) }
    }

    #[test]
    fn what_is_written_is_read() {
        let mut history = History::default();
        assert_eq!(history.encode(), None);
        history.push(died(5));
        history.push(Past::Replayed { time: Timestamp::UNIX_EPOCH, edited: true });
        history.push(Past::Died { time: None, reason: Reason::DeliveryLimit, attempts: 0, error: None });
        let text = history.encode().unwrap();
        assert_eq!(
            text,
            r#"[{"time":"2027-01-15T08:00:05Z","reason":"exhausted","attempts":5,"error":"no such user"},{"time":"1970-01-01T00:00:00Z","replayed":true,"edited":true},{"reason":"delivery_limit","attempts":0}]"#
        );
        assert_eq!(History::decode(&text), history);
    }

    #[test]
    fn only_the_last_ten_are_kept() {
        let mut history = History::default();
        for n in 0..1_000 {
            history.push(died(n));
        }
        assert_eq!(history.as_slice(), (990..1_000).map(died).collect::<Vec<_>>());
        let many = format!("[{}]", vec![r#"{"reason":"rejected"}"#; 500].join(","));
        assert_eq!(History::decode(&many).as_slice().len(), 10);
    }

    #[test]
    fn what_cannot_be_understood_is_left_out() {
        #[track_caller]
        fn check(text: &str, want: usize) {
            assert_eq!(History::decode(text).as_slice().len(), want, "{}", text.get(..80).unwrap_or(text));
        }
        check("", 0);
        check("abc", 0);
        check("{}", 0);
        check("[1, null, {}, \"\", []]", 0);
        check(r#"[{"reason":"rejected","attempts":-1},{"reason":"rejected","attempts":1e40}]"#, 0);
        check(r#"[{"reason":5},{"replayed":true},{"replayed":true,"time":"yesterday"}]"#, 0);
        check(r#"[{"reason":"nobody knows"},7]"#, 1);
        check(&"[".repeat(30_000), 0);
        check(&format!(r#"[{{"reason":"rejected","error":"{}"}}]"#, "x".repeat(100 * 1024)), 0);
        let long = History::decode(&format!(r#"[{{"reason":"rejected","error":"{}"}}]"#, "x".repeat(10 * 1024)));
        assert!(long.encode().unwrap().len() < 300);
    }
}
