use std::fmt;

use serde_json::Value;

use super::Rule;

/// One difference that breaks an old message or an old reader.
///
/// `Display` is one line for a terminal, `rule at pointer: message`, without the example.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Break {
    /// Which clause of the contract is violated.
    pub rule: Rule,
    /// Where in a message, as a JSON pointer; an array item is `0`, any name of a map is `unknown_field`.
    pub pointer: String,
    /// What changed and whom it breaks, in one sentence.
    pub message: String,
    /// A whole message that exactly one of the two schemas accepts: an old message that is refused now, or else a new
    /// one that an old reader refuses. It is absent when no such message could be proved, as for most patterns.
    pub example: Option<Value>,
}

impl fmt::Display for Break {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pointer = if self.pointer.is_empty() { "the root" } else { &self.pointer };
        write!(f, "{} at {pointer}: {}", self.rule, self.message)
    }
}
