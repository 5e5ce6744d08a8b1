//! What holds for a queue: its arguments, and what policies make of them.

use serde_json::Value;

use crate::doctor::check::commands::Source;
use crate::doctor::management::{Queue, Version};

/// A value, and who says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rule<'q, T> {
    pub(super) value: T,
    pub(super) source: Source<'q>,
}

impl Queue {
    /// A text: the argument of a queue wins over a policy.
    pub(super) fn text(&self, key: &str) -> Option<Rule<'_, &str>> {
        self.said(key).find_map(|(value, source)| Some(Rule { value: value.as_str()?, source }))
    }

    /// A number: the smaller one holds.
    pub(super) fn number(&self, key: &str) -> Option<Rule<'_, i64>> {
        let numbers = self.said(key).filter_map(|(value, source)| Some(Rule { value: value.as_i64()?, source }));
        numbers.min_by_key(|rule| rule.value)
    }

    /// How often a message may come back. 4.0 knows -1 for "as often as it likes", which wins.
    pub(super) fn delivery_limit(&self, version: Version) -> Option<Rule<'_, i64>> {
        let smaller = self.number("delivery-limit")?;
        if version >= Version(4, 0) && smaller.value < 0 {
            return None;
        }
        Some(smaller)
    }

    /// The policies that say something other than the arguments do, and what.
    pub(super) fn overriding(&self) -> Vec<String> {
        let definition = self.effective_policy_definition.iter().flatten();
        let keys = definition.into_iter().map(|(key, _)| key.as_str()).filter(|key| KEYS.contains(key));
        let holds = |key: &&str| {
            let (text, number) = (self.text(key), self.number(key));
            let source = text.map(|rule| rule.source).or_else(|| number.map(|rule| rule.source));
            source.is_some_and(|source| !matches!(source, Source::Argument { .. }))
        };
        let mut keys: Vec<_> = keys.filter(holds).map(str::to_owned).collect();
        keys.sort();
        keys
    }

    /// By the arguments, and then by the policies.
    fn said(&self, key: &str) -> impl Iterator<Item = (&Value, Source<'_>)> {
        self.argument(key).into_iter().chain(self.by_policy(key))
    }

    fn argument(&self, key: &str) -> Option<(&Value, Source<'_>)> {
        let key = format!("x-{key}");
        let value = self.arguments.get(&key)?;
        Some((value, Source::Argument { key }))
    }

    /// Of the two policies of a queue only what they make together is told. Whatever an operator policy can say it
    /// probably says, where there is one.
    fn by_policy(&self, key: &str) -> Option<(&Value, Source<'_>)> {
        let value = self.effective_policy_definition.as_ref()?.get(key)?;
        let key = key.to_owned();
        let source = match (&self.policy, &self.operator_policy) {
            (Some(name), None) => Source::Policy { name, key },
            (Some(name), Some(_)) if !OPERATOR.contains(&key.as_str()) => Source::Policy { name, key },
            (_, Some(name)) => Source::Operator { name, key },
            (None, None) => Source::Policy { name: "of an unknown name", key },
        };
        Some((value, source))
    }
}

/// What matters here.
const KEYS: [&str; 10] = [
    "dead-letter-exchange",
    "dead-letter-routing-key",
    "dead-letter-strategy",
    "overflow",
    "delivery-limit",
    "max-length",
    "max-length-bytes",
    "message-ttl",
    "expires",
    "consumer-timeout",
];

/// What an operator policy can say.
const OPERATOR: [&str; 5] = ["delivery-limit", "expires", "max-length", "max-length-bytes", "message-ttl"];

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_policy_has_a_say_as_in_rabbitmq() {
        let queue: Queue = serde_json::from_value(json!({
            "name": "q",
            "arguments": { "x-overflow": "reject-publish", "x-delivery-limit": 20, "x-message-ttl": 5 },
            "policy": "p",
            "operator_policy": "o",
            "effective_policy_definition":
                { "overflow": "drop-head", "delivery-limit": 3, "message-ttl": 60, "dead-letter-exchange": "x" },
        }))
        .unwrap();
        let overflow = queue.text("overflow").unwrap();
        assert_eq!(
            (overflow.value, overflow.source),
            ("reject-publish", Source::Argument { key: "x-overflow".to_owned() })
        );
        let limit = queue.delivery_limit(Version(3, 10)).unwrap();
        assert_eq!((limit.value, limit.source.describe().as_str()), (3, "by the operator policy o"));
        assert_eq!(queue.number("message-ttl").unwrap().value, 5);
        let exchange = queue.text("dead-letter-exchange").unwrap();
        assert_eq!((exchange.value, exchange.source.describe().as_str()), ("x", "by the policy p"));
        assert_eq!(queue.overriding(), ["dead-letter-exchange", "delivery-limit"]);
    }

    #[test]
    fn no_limit_is_a_limit_of_its_own_since_version_4() {
        let queue: Queue = serde_json::from_value(json!({ "arguments": { "x-delivery-limit": -1 } })).unwrap();
        assert_eq!(queue.delivery_limit(Version(4, 0)), None);
    }
}
