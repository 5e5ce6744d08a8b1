//! The users of `deploy/rabbitmq/definitions.json`: each does what it has to, and is refused everything else.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use stats_store::{Ingest, StatsStore};
use support::rabbitmq::{self, Vhost};
use workout_broker::{Broker, Outcome, Prefetch, Queue};
use workout_consumer::Consumer;
use workout_events::EventId;
use workout_events::amqp::{Message, Properties};

use crate::command;

/// A virtual host with the users of the deployment, under names that no other test has.
struct Site {
    vhost: Vhost,
    users: Vec<String>,
}

impl Site {
    /// With the queues that the deployment makes, by the user who is to make them.
    async fn new() -> Self {
        let vhost = rabbitmq::vhost().await;
        let definitions: Value = serde_json::from_str(&repository("deploy/rabbitmq/definitions.json")).unwrap();
        let (api, mut users) = (vhost.management(), Vec::new());
        for user in definitions["users"].as_array().unwrap() {
            let name = format!("{}-{}", user["name"].as_str().unwrap(), vhost.name());
            let account = json!({ "password": "secret", "tags": user["tags"] });
            api.put(&format!("users/{name}"), account).await.unwrap();
            users.push(name);
        }
        for kind in ["permissions", "topic_permissions"] {
            for permission in definitions[kind].as_array().unwrap() {
                assert_eq!(permission["vhost"], "/");
                let user = permission["user"].as_str().unwrap();
                let path = format!("{}/{1}/{user}-{1}", kind.replace('_', "-"), vhost.name());
                let mut permission = permission.clone();
                let rights = permission.as_object_mut().unwrap();
                rights.retain(|name, _| name != "user" && name != "vhost");
                api.put(&path, permission).await.unwrap();
            }
        }
        let site = Self { vhost, users };
        let mut apply = Command::new(command::path());
        apply.args(["topology", "apply"]).args(topology()).env("AMQP_URL", site.url("topology"));
        let done = apply.output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        site
    }

    fn url(&self, user: &str) -> String {
        let url = self.vhost.amqp_url();
        let host = url.rsplit('@').next().unwrap().trim_start_matches("amqp://");
        format!("amqp://{user}-{}:secret@{host}", self.vhost.name())
    }

    async fn broker(&self, user: &str) -> Broker {
        Broker::builder(self.url(user)).declare_nothing().connect().await.unwrap()
    }

    async fn end(self) {
        for user in &self.users {
            self.vhost.management().delete(&format!("users/{user}")).await.unwrap();
        }
    }
}

/// The arguments of `workout topology apply` in the stack that have to do with what is made.
fn topology() -> Vec<String> {
    let compose = repository("deploy/compose.yaml");
    let words = compose.lines().filter_map(|line| line.trim().strip_prefix("- --"));
    let is_wanted = |word: &&str| ["queue", "retries", "fanout"].iter().any(|option| word.starts_with(option));
    words.filter(is_wanted).map(|word| format!("--{word}")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_user_of_the_deployment_may_do_what_it_has_to_and_nothing_else() {
    let site = Site::new().await;
    #[rustfmt::skip]
    let messages = [
        ("coach", "workout.performed", "workout.performed", true),
        ("coach", "workout.events", "wod.requested", true),
        ("coach", "workout.events", "goal.set", false),
        ("coach", "stats.changed", "", false),
        ("monolith", "workout.performed", "workout.performed", true),
        ("monolith", "workout.events", "wod.requested", false),
        ("stats", "", "stats.workouts.retry.5m", true),
        ("stats", "stats.changed", "", true),
        ("stats", "workout.performed", "workout.performed", false),
        ("stats", "workout.events", "goal.set", false),
        ("operator", "workout.performed", "workout.performed", false),
        ("operator", "", "stats.workouts", true),
    ];
    for (user, exchange, key, permitted) in messages {
        let broker = site.broker(user).await;
        let properties = Properties::new("rights.tried", EventId::generate().to_string());
        let published = broker.publish(Message::new(exchange, key, properties, b"{}".to_vec())).await;
        let was_taken = matches!(published, Ok(Outcome::Confirmed | Outcome::Returned));
        assert_eq!(was_taken, permitted, "{user} to {exchange} under {key}: {published:?}");
        broker.close().await.unwrap();
    }
    #[rustfmt::skip]
    let reads = [
        ("stats", "stats.workouts", true),
        ("stats", "stats.workouts.dead", false),
        ("stats", "coach.wods", false),
        ("coach", "coach.wods", true),
        ("coach", "coach.people", true),
        ("coach", "stats.workouts", false),
        ("monolith", "monolith.last-workout", true),
        ("monolith", "coach.people", false),
        ("operator", "stats.workouts.dead", true),
    ];
    for (user, queue, permitted) in reads {
        let broker = site.broker(user).await;
        match broker.consume(queue, Prefetch::default()).await {
            Ok(deliveries) => {
                assert!(permitted, "{user} reads {queue}");
                deliveries.close().await.unwrap();
            }
            Err(error) => assert!(!permitted && error.is_forbidden(), "{user} at {queue}: {error}"),
        }
        broker.close().await.unwrap();
    }
    for user in ["stats", "coach", "monolith", "operator"] {
        let broker = site.broker(user).await;
        let error = broker.declare(&Queue::new("mine")).await.unwrap_err();
        assert!(error.is_forbidden(), "{user}: {error}");
        let hints = broker.declare(&Queue::temporary("stats.changed").bind("stats.changed", "")).await;
        assert_eq!(hints.is_ok(), user == "stats", "{user}: {hints:?}");
        broker.close().await.unwrap();
    }
    site.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_queue_of_the_deployment_hears_what_the_statistics_are_made_of() {
    let site = Site::new().await;
    let ingest = Ingest::into(StatsStore::memory().writer());
    let wanted = Consumer::new("stats.workouts").batch(ingest.handler()).queue();
    let wanted: BTreeSet<_> =
        wanted.bindings().map(|binding| (binding.exchange.clone(), binding.pattern.clone())).collect();

    let path = format!("queues/{}/stats.workouts/bindings", site.vhost.name());
    let bindings = site.vhost.management().get(&path).await.unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let made = bindings.as_array().unwrap().iter().map(|made| (text(&made["source"]), text(&made["routing_key"])));
    // Every queue is bound to the exchange without a name.
    assert_eq!(made.filter(|(exchange, _)| !exchange.is_empty()).collect::<BTreeSet<_>>(), wanted);
    site.end().await;
}

/// Every figure that an alert looks at is one that `docs/observability.md` has, or RabbitMQ or Prometheus.
#[test]
fn alerts_look_at_figures_that_there_are() {
    let (alerts, figures) = (repository("deploy/prometheus/alerts.yaml"), repository("docs/observability.md"));
    let expressions: Vec<_> = alerts.lines().filter_map(|line| line.trim().strip_prefix("expr: ")).collect();
    assert!(expressions.len() > 10 && alerts.matches("- alert:").count() == expressions.len());
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let ours = |word: &&str| word.starts_with("workout_") || word.starts_with("stats_");
    for name in expressions.iter().flat_map(|expression| expression.split(|c| !is_name(c))).filter(ours) {
        assert!(figures.contains(&format!("| `{name}` |")), "{name} is in an alert and not in docs/observability.md");
    }
}

fn repository(path: &str) -> String {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
