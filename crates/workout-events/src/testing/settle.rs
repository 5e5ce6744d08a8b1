//! Makes the fields of a random message agree with each other.

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::value::time::Moment;

/// Applies the rules between the fields of the first-party types.
pub(super) fn message(tree: &mut Value) {
    if tree["type"] == "workout.performed" {
        workout(&mut tree["data"]);
    }
}

/// The end takes its clock time relative to the start from the two random moments; the rest follows.
fn workout(data: &mut Value) {
    let moment = |data: &Value, name: &str| data[name].as_str().and_then(|text| Moment::parse(text).ok());
    let (Some(start), Some(random)) = (moment(data, "started_at"), moment(data, "ended_at")) else { return };
    let span = SignedDuration::from_secs(1 + random.timestamp().as_second().rem_euclid(86_399));
    let end = Moment::new(start.timestamp().saturating_add(span).unwrap_or(start.timestamp()), start.offset());
    data["ended_at"] = json!(end.to_string());
    if let Some(active) = data["active_s"].as_i64() {
        data["active_s"] = json!(active.min(span.as_secs()));
    }
    if let (Some(average), Some(maximum)) = (data["avg_hr"].as_i64(), data["max_hr"].as_i64()) {
        data["avg_hr"] = json!(average.min(maximum));
        data["max_hr"] = json!(average.max(maximum));
    }
}
