//! How to mend something, as commands to paste.

use std::fmt::Display;

use serde_json::{Value, json};
use workout_broker::DELIVERY_LIMIT;

use crate::doctor::check::family::dead_name;
use crate::doctor::management::Queue;

/// A word as a shell takes it.
pub(in crate::doctor) fn quoted(word: impl Display) -> String {
    let word = word.to_string();
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/:=,@".contains(c);
    if !word.is_empty() && word.chars().all(plain) { word } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

/// For what a queue was declared with, which no policy changes.
pub(super) fn make_anew(vhost: &str, queue: &str) -> String {
    let (vhost, queue) = (quoted(vhost), quoted(queue));
    format!(
        "A queue cannot be changed: stop its services, let it run empty, `rabbitmqctl delete_queue -p {vhost} {queue} \
         --if-empty`, and start them; they declare it as it should be."
    )
}

/// For what a queue was not declared with: a policy can still say it. All of it in one, because only one policy holds for a
/// queue; what its arguments say already is left out.
pub(super) fn set(vhost: &str, queue: &Queue, wanted: &Value) -> String {
    let mut definition = wanted.clone();
    if let Some(definition) = definition.as_object_mut() {
        definition.retain(|key, _| !queue.arguments.contains_key(&format!("x-{key}")));
    }
    if let Some(policy) = &queue.policy {
        return format!("Add {definition} to the policy {}, which has the say over this queue.", quoted(policy));
    }
    let (name, pattern) = (quoted(format!("doctor-{}", queue.name)), quoted(format!("^{}$", escaped(&queue.name))));
    let (vhost, definition) = (quoted(vhost), quoted(definition));
    format!("`rabbitmqctl set_policy -p {vhost} {name} {pattern} {definition} --apply-to queues`")
}

/// For what a policy says and should not.
pub(super) fn clear(vhost: &str, source: &Source<'_>) -> String {
    let vhost = quoted(vhost);
    match source {
        Source::Policy { name, key } => {
            let name = quoted(name);
            format!("Take {key} out of the policy {name}, or `rabbitmqctl clear_policy -p {vhost} {name}`.")
        }
        Source::Operator { name, key } => {
            let name = quoted(name);
            format!(
                "Ask the operator of the broker to take {key} out of the operator policy {name}, or \
                 `rabbitmqctl clear_operator_policy -p {vhost} {name}`."
            )
        }
        Source::Argument { .. } => String::new(),
    }
}

/// Who says something of a queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source<'a> {
    Argument { key: String },
    Policy { name: &'a str, key: String },
    Operator { name: &'a str, key: String },
}

impl Source<'_> {
    /// For a sentence: who it is.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Argument { key } => format!("by its argument {key}"),
            Self::Policy { name, .. } => format!("by the policy {name}"),
            Self::Operator { name, .. } => format!("by the operator policy {name}"),
        }
    }

    /// How to be rid of it.
    pub(super) fn mend(&self, vhost: &str, queue: &str) -> String {
        match self {
            Self::Argument { .. } => make_anew(vhost, queue),
            Self::Policy { .. } | Self::Operator { .. } => clear(vhost, self),
        }
    }
}

/// Where the dead letters of a queue go, confirmed within the broker.
pub(super) fn dead_lettering(target: &str) -> Value {
    json!({
        "dead-letter-exchange": "",
        "dead-letter-routing-key": target,
        "dead-letter-strategy": "at-least-once",
        "overflow": "reject-publish",
    })
}

/// All that a work queue has to be told.
pub(super) fn of_work(queue: &str) -> Value {
    let mut definition = dead_lettering(&dead_name(queue));
    definition["delivery-limit"] = DELIVERY_LIMIT.into();
    definition
}

/// A name in a regular expression.
fn escaped(name: &str) -> String {
    let special = |c: char| !c.is_alphanumeric() && !"_- /".contains(c);
    name.chars().flat_map(|c| special(c).then_some('\\').into_iter().chain([c])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_pasted_is_one_word_to_the_shell() {
        #[track_caller]
        fn check(word: &str, want: &str) {
            assert_eq!(quoted(word), want);
        }
        check("stats.workouts", "stats.workouts");
        check("", "''");
        check("a b", "'a b'");
        check("it's $HOME", r"'it'\''s $HOME'");
        assert_eq!(escaped("stats.workouts"), r"stats\.workouts");
    }
}
