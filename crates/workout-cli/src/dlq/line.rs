//! A letter as a line of JSON.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use workout_consumer::{DeadLetter, Past};
use workout_events::jiff::Timestamp;

/// All that is known of a letter, under the names that stay.
#[derive(Serialize)]
pub(super) struct Line<'l> {
    key: String,
    id: Option<&'l str>,
    r#type: Option<&'l str>,
    reason: &'static str,
    died: Option<String>,
    error: Option<&'l str>,
    code: Option<&'l str>,
    pointer: Option<&'l str>,
    attempts: u32,
    first_time: Option<String>,
    exchange: &'l str,
    routing_key: &'l str,
    history: Vec<Value>,
    bytes: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<&'l RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body_text: Option<&'l str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body_base64: Option<String>,
}

impl<'l> Line<'l> {
    /// Without the body.
    pub(super) fn about(letter: &'l DeadLetter) -> Self {
        Self {
            key: letter.key.to_string(),
            id: letter.id.as_deref(),
            r#type: letter.event_type.as_deref(),
            reason: letter.reason.as_str(),
            died: letter.died.map(|time| time.to_string()),
            error: letter.error.as_deref(),
            code: letter.code.as_deref(),
            pointer: letter.pointer.as_deref(),
            attempts: letter.attempts,
            first_time: letter.first_time.map(|time| time.to_string()),
            exchange: &letter.exchange,
            routing_key: &letter.routing_key,
            history: letter.history.iter().map(past).collect(),
            bytes: letter.body().len(),
            body: None,
            body_text: None,
            body_base64: None,
        }
    }

    /// With the body, in the first form that can say it to the byte.
    pub(super) fn of(letter: &'l DeadLetter) -> Self {
        let about = Self::about(letter);
        match str::from_utf8(letter.body()) {
            Ok(text) => match on_one_line(text) {
                Some(value) => Self { body: Some(value), ..about },
                None => Self { body_text: Some(text), ..about },
            },
            Err(_) => Self { body_base64: Some(BASE64_STANDARD.encode(letter.body())), ..about },
        }
    }
}

/// The text as a value that can stand in a line as it is. Null would say that there is none.
fn on_one_line(text: &str) -> Option<&RawValue> {
    let value: &RawValue = serde_json::from_str(text).ok()?;
    (value.get() == text && text != "null" && !text.contains(['\n', '\r'])).then_some(value)
}

fn past(past: &Past) -> Value {
    match past {
        Past::Died { time, reason, attempts, error, .. } => {
            let time = time.as_ref().map(Timestamp::to_string);
            json!({ "time": time, "reason": reason.as_str(), "attempts": attempts, "error": error })
        }
        Past::Replayed { time, edited, .. } => {
            json!({ "time": time.to_string(), "replayed": true, "edited": edited })
        }
        _ => Value::Null,
    }
}

/// What a stranger wrote must not move the cursor.
pub(super) fn printable(text: &str) -> String {
    text.chars().map(|char| if char.is_control() { char::REPLACEMENT_CHARACTER } else { char }).collect()
}

/// To the second: nobody looks for more in a table.
pub(super) fn second(time: Option<Timestamp>) -> String {
    time.map_or_else(|| "-".to_owned(), |time| time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_a_value_to_the_byte_stands_in_a_line() {
        #[track_caller]
        fn check(text: &str, want: bool) {
            assert_eq!(on_one_line(text).is_some(), want, "{text:?}");
        }
        check(r#"{"a":1,"a":1e400}"#, true);
        check("[null]", true);
        check("null", false);
        check(" {}", false);
        check("{}\n", false);
        check("{\n}", false);
        check("", false);
        check("abc", false);
    }
}
