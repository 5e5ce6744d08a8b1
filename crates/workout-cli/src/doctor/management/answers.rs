//! What RabbitMQ answers, as far as it matters here.

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use workout_events::jiff::SignedDuration;

/// All of it. `None` is what the user may not know.
#[derive(Debug, Default, Clone)]
pub(in crate::doctor) struct Answers {
    pub(in crate::doctor) vhost: String,
    pub(in crate::doctor) overview: Overview,
    pub(in crate::doctor) skew: Option<SignedDuration>,
    pub(in crate::doctor) nodes: Option<Vec<Node>>,
    pub(in crate::doctor) flags: Option<Vec<FeatureFlag>>,
    /// Of the user of the AMQP link.
    pub(in crate::doctor) tags: Option<Vec<String>>,
    pub(in crate::doctor) exchanges: Vec<Exchange>,
    pub(in crate::doctor) queues: Vec<Queue>,
    pub(in crate::doctor) bindings: Vec<Binding>,
    pub(in crate::doctor) consumers: Vec<Consumer>,
}

impl Answers {
    pub(in crate::doctor) fn queue(&self, name: &str) -> Option<&Queue> {
        self.queues.iter().find(|queue| queue.name == name)
    }

    pub(in crate::doctor) fn exchange(&self, name: &str) -> Option<&Exchange> {
        self.exchanges.iter().find(|exchange| exchange.name == name)
    }

    pub(in crate::doctor) fn version(&self) -> Version {
        Version::of(&self.overview.rabbitmq_version)
    }

    /// A feature flag that is known and off.
    pub(in crate::doctor) fn is_off(&self, flag: &str) -> bool {
        let flags = self.flags.iter().flatten();
        flags.into_iter().any(|it| it.name == flag && it.state == "disabled")
    }
}

/// Major and minor, in an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::doctor) struct Version(pub(in crate::doctor) u32, pub(in crate::doctor) u32);

impl Version {
    fn of(text: &str) -> Self {
        let mut parts = text.split(['.', '-', '+']).map(|part| part.parse().unwrap_or(0));
        Self(parts.next().unwrap_or(0), parts.next().unwrap_or(0))
    }
}

#[derive(Debug, Default, Clone, Deserialize)]
pub(in crate::doctor) struct Overview {
    pub(in crate::doctor) rabbitmq_version: String,
    /// `supported`, or what it is instead, as the broker itself knew when it was released.
    #[serde(default)]
    pub(in crate::doctor) release_series_support_status: Option<String>,
    #[serde(default)]
    pub(in crate::doctor) disable_stats: bool,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub(in crate::doctor) struct Node {
    pub(in crate::doctor) name: String,
    pub(in crate::doctor) running: bool,
    pub(in crate::doctor) mem_alarm: bool,
    pub(in crate::doctor) disk_free_alarm: bool,
    pub(in crate::doctor) partitions: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(in crate::doctor) struct FeatureFlag {
    pub(in crate::doctor) name: String,
    pub(in crate::doctor) state: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(in crate::doctor) struct User {
    pub(in crate::doctor) name: String,
    #[serde(deserialize_with = "tags")]
    pub(in crate::doctor) tags: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(in crate::doctor) struct Exchange {
    pub(in crate::doctor) name: String,
    #[serde(rename = "type")]
    pub(in crate::doctor) kind: String,
    pub(in crate::doctor) durable: bool,
    pub(in crate::doctor) auto_delete: bool,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub(in crate::doctor) struct Queue {
    pub(in crate::doctor) name: String,
    #[serde(rename = "type")]
    pub(in crate::doctor) kind: String,
    pub(in crate::doctor) durable: bool,
    pub(in crate::doctor) auto_delete: bool,
    pub(in crate::doctor) exclusive: Option<bool>,
    #[serde(deserialize_with = "object")]
    pub(in crate::doctor) arguments: Map<String, Value>,
    pub(in crate::doctor) policy: Option<String>,
    pub(in crate::doctor) operator_policy: Option<String>,
    /// Comes with the statistics, some seconds after the queue was made; then both policies are known.
    #[serde(deserialize_with = "known_object")]
    pub(in crate::doctor) effective_policy_definition: Option<Map<String, Value>>,
    pub(in crate::doctor) messages: Option<u64>,
    pub(in crate::doctor) messages_ready: Option<u64>,
    pub(in crate::doctor) members: Option<Vec<String>>,
    pub(in crate::doctor) online: Option<Vec<String>>,
}

#[derive(Debug, Clone, Deserialize)]
pub(in crate::doctor) struct Binding {
    pub(in crate::doctor) source: String,
    pub(in crate::doctor) destination: String,
    pub(in crate::doctor) destination_type: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(in crate::doctor) struct Consumer {
    pub(in crate::doctor) queue: Named,
    pub(in crate::doctor) ack_required: bool,
    #[serde(default)]
    pub(in crate::doctor) prefetch_count: u64,
}

#[derive(Debug, Clone, Deserialize)]
pub(in crate::doctor) struct Named {
    pub(in crate::doctor) name: String,
}

/// A list; before 3.9 a text with commas.
fn tags<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::Array(tags) => tags.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Value::String(tags) => tags.split(',').filter(|tag| !tag.is_empty()).map(str::to_owned).collect(),
        _ => Vec::new(),
    })
}

/// Erlang has no difference between an empty object and an empty list.
fn object<'de, D: Deserializer<'de>>(from: D) -> Result<Map<String, Value>, D::Error> {
    Ok(known_object(from)?.unwrap_or_default())
}

fn known_object<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Map<String, Value>>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::Object(object) => Some(object),
        Value::Null => None,
        _ => Some(Map::new()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_in_order_whatever_follows_them() {
        assert!(Version::of("3.9.29") < Version::of("3.10.8") && Version::of("3.13.7") < Version::of("4.0.0-rc.1"));
        assert_eq!(Version::of("4.1.0+dirty"), Version(4, 1));
    }

    #[test]
    fn a_queue_without_statistics_has_no_known_policy() {
        #[track_caller]
        fn check(json: &str, known: bool) {
            let queue: Queue = serde_json::from_str(json).unwrap();
            assert_eq!(queue.effective_policy_definition.is_some(), known, "{queue:?}");
        }
        check(r#"{"name":"q","type":"quorum","durable":true,"auto_delete":false,"arguments":{}}"#, false);
        check(r#"{"name":"q","arguments":[],"effective_policy_definition":[],"policy":null,"exclusive":null}"#, true);
        check(r#"{"name":"q","effective_policy_definition":{"max-length":1},"policy":"p"}"#, true);
    }

    #[test]
    fn tags_are_read_in_both_forms() {
        #[track_caller]
        fn check(json: &str, want: &[&str]) {
            assert_eq!(serde_json::from_str::<User>(json).unwrap().tags, want);
        }
        check(r#"{"name":"guest","tags":["administrator"]}"#, &["administrator"]);
        check(r#"{"name":"guest","tags":"monitoring,administrator"}"#, &["monitoring", "administrator"]);
        check(r#"{"name":"guest","tags":""}"#, &[]);
    }
}
