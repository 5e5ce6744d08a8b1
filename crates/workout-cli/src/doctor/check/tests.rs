use std::time::Duration;

use serde_json::{Value, json};
use workout_events::jiff::SignedDuration;

use crate::doctor::check::{broker, user};
use crate::doctor::management::{Answers, Node, Queue};
use crate::doctor::place::Place;
use crate::doctor::report::{Report, Thing};
use crate::doctor::told::Told;

/// A cluster where all is well, with the family of the queue `q`, changed a little: then this is found and nothing else.
#[track_caller]
fn check(change: impl FnOnce(&mut Answers, &mut Told), want: &[&str]) {
    let mut answers = well();
    let mut told = Told { handler_time: Some(Duration::from_mins(1)), ..Told::default() };
    change(&mut answers, &mut told);
    let mut report = Report::default();
    broker(&answers, &told, &mut report);
    let found: Vec<_> = report.things.iter().flat_map(Thing::codes).collect();
    assert_eq!(found, want, "{:#?}", report.things);
    let findings = report.things.iter().flat_map(|thing| &thing.findings);
    for finding in findings {
        assert!(finding.happens.ends_with('.') && finding.mend.len() > 10, "{finding:?}");
    }
}

fn well() -> Answers {
    let work = json!({
        "x-queue-type": "quorum", "x-delivery-limit": 20, "x-overflow": "reject-publish", "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": "q.dead", "x-dead-letter-strategy": "at-least-once",
    });
    let delay = |ttl: u64| {
        json!({
            "x-queue-type": "quorum", "x-overflow": "reject-publish", "x-dead-letter-exchange": "",
            "x-dead-letter-routing-key": "q", "x-dead-letter-strategy": "at-least-once", "x-message-ttl": ttl,
        })
    };
    let dead = json!({ "x-queue-type": "quorum", "x-delivery-limit": 2_147_483_647 });
    let node = |name: &str| json!({ "name": name, "running": true });
    let exchange =
        |name: &str, kind: &str| json!({ "name": name, "type": kind, "durable": true, "auto_delete": false });
    Answers {
        vhost: "/".to_owned(),
        overview: of(json!({ "rabbitmq_version": "4.1.4", "release_series_support_status": "supported" })),
        skew: Some(SignedDuration::from_secs(1)),
        nodes: Some(of(json!([node("a"), node("b"), node("c")]))),
        flags: Some(of(
            json!([{ "name": "quorum_queue", "state": "enabled" }, { "name": "stream_queue", "state": "enabled" }]),
        )),
        tags: Some(Vec::new()),
        exchanges: of(json!([exchange("workout.performed", "fanout"), exchange("workout.events", "topic")])),
        queues: vec![
            queue("q", &work),
            queue("q.dead", &dead),
            queue("q.retry.1s", &delay(1_000)),
            queue("q.retry.5s", &delay(5_000)),
            queue("q.retry.30s", &delay(30_000)),
            queue("q.retry.5m", &delay(300_000)),
            queue("another", &json!({})),
        ],
        bindings: of(json!([
            { "source": "workout.performed", "destination": "workout.events", "destination_type": "exchange" },
            { "source": "workout.events", "destination": "q", "destination_type": "queue" },
            { "source": "", "destination": "q", "destination_type": "queue" },
        ])),
        consumers: of(json!([{ "queue": { "name": "q" }, "ack_required": true, "prefetch_count": 100 }])),
    }
}

fn of<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

fn queue(name: &str, arguments: &Value) -> Queue {
    of(json!({
        "name": name, "type": "quorum", "durable": true, "auto_delete": false, "exclusive": false, "arguments": arguments,
        "effective_policy_definition": {}, "policy": null, "operator_policy": null, "messages": 0, "messages_ready": 0,
        "members": ["a", "b", "c"], "online": ["a", "b", "c"],
    }))
}

fn the<'a>(answers: &'a mut Answers, name: &str) -> &'a mut Queue {
    answers.queues.iter_mut().find(|queue| queue.name == name).unwrap()
}

/// With another argument, or without one.
fn argument(name: &'static str, key: &'static str, value: Value) -> impl FnOnce(&mut Answers, &mut Told) {
    move |answers, _| {
        let arguments = &mut the(answers, name).arguments;
        if value.is_null() {
            arguments.remove(key)
        } else {
            arguments.insert(key.to_owned(), value)
        };
    }
}

fn policy(name: &'static str, definition: Value) -> impl FnOnce(&mut Answers, &mut Told) {
    move |answers, _| {
        let queue = the(answers, name);
        (queue.policy, queue.effective_policy_definition) = (Some("p".to_owned()), Some(of(definition)));
    }
}

#[test]
fn where_all_is_well_nothing_is_found() {
    check(|_, _| {}, &[]);
    check(|_, told| told.queues = vec!["q".to_owned()], &[]);
}

#[test]
fn nodes() {
    let node = |change: fn(&mut Node)| {
        move |answers: &mut Answers, _: &mut Told| change(&mut answers.nodes.as_mut().unwrap()[1])
    };
    check(node(|node| node.mem_alarm = true), &["alarm"]);
    check(node(|node| node.disk_free_alarm = true), &["alarm"]);
    check(node(|node| node.partitions = vec!["c".to_owned()]), &["partition"]);
    check(node(|node| node.running = false), &["node_down"]);
    check(|answers, _| answers.nodes.as_mut().unwrap().truncate(1), &["one_node"]);
    check(|answers, _| answers.skew = Some(SignedDuration::from_secs(-6)), &["clock_skew"]);
    check(|answers, _| answers.flags.as_mut().unwrap()[1].state = "disabled".to_owned(), &["feature_flag_off"]);
    let version = |version: &'static str, status: &'static str| {
        move |answers: &mut Answers, _: &mut Told| {
            answers.overview = of(json!({ "rabbitmq_version": version, "release_series_support_status": status }));
        }
    };
    check(version("3.13.7", "supported"), &["version_old"]);
    check(version("4.0.1", "unsupported"), &["version_old"]);
    check(version("3.9.29", "supported"), &["version_unable"]);
}

#[test]
fn what_a_user_may_not_know_is_not_judged() {
    check(|answers, _| (answers.nodes, answers.flags, answers.tags) = (None, None, None), &[]);
}

#[test]
fn exchanges() {
    check(|answers, _| drop(answers.exchanges.remove(1)), &["exchange_missing"]);
    check(|answers, _| answers.exchanges[0].kind = "topic".to_owned(), &["exchange_differs"]);
    check(|answers, _| answers.exchanges[0].durable = false, &["exchange_differs"]);
    check(|answers, _| answers.exchanges[1].auto_delete = true, &["exchange_differs"]);
    check(|answers, _| drop(answers.bindings.remove(0)), &["exchange_unbound"]);
}

#[test]
fn a_work_queue() {
    check(|_, told| told.queues = vec!["nope".to_owned()], &["queue_missing"]);
    check(|answers, _| the(answers, "q").kind = "classic".to_owned(), &["not_quorum", "dead_letters_at_most_once"]);
    check(|answers, _| the(answers, "q").durable = false, &["queue_vanishes"]);
    check(|answers, _| the(answers, "q").auto_delete = true, &["queue_vanishes"]);
    check(|answers, _| the(answers, "q").exclusive = Some(true), &["queue_vanishes"]);
    check(argument("q", "x-expires", json!(60_000)), &["queue_vanishes"]);
    check(|answers, _| the(answers, "q").members = Some(vec!["a".to_owned()]), &["few_members"]);
    check(|answers, _| the(answers, "q").online = Some(vec!["a".to_owned()]), &["few_members"]);
    check(argument("q", "x-max-length", json!(5)), &["bounded"]);
    check(argument("q", "x-message-ttl", json!(5_000)), &["message_ttl"]);
    check(|answers, _| drop(answers.bindings.remove(1)), &["no_binding"]);
}

#[test]
fn the_way_to_the_dead_letters() {
    check(argument("q", "x-dead-letter-exchange", Value::Null), &["no_dead_letters"]);
    check(argument("q", "x-dead-letter-exchange", json!("nowhere")), &["dead_letters_gone"]);
    check(argument("q", "x-dead-letter-exchange", json!("workout.performed")), &["dead_letters_elsewhere"]);
    check(argument("q", "x-dead-letter-routing-key", json!("nowhere")), &["dead_letters_gone"]);
    check(argument("q", "x-dead-letter-routing-key", Value::Null), &["dead_letters_gone"]);
    check(argument("q", "x-dead-letter-routing-key", json!("another")), &["dead_letters_elsewhere"]);
    check(argument("q", "x-dead-letter-strategy", Value::Null), &["dead_letters_at_most_once"]);
    check(argument("q", "x-dead-letter-strategy", json!("at-most-once")), &["dead_letters_at_most_once"]);
    // RabbitMQ takes it for at-most-once without a word.
    check(argument("q", "x-overflow", Value::Null), &["dead_letters_at_most_once"]);
    check(argument("q", "x-overflow", json!("drop-head")), &["dead_letters_at_most_once"]);
}

#[test]
fn delivery_limits() {
    check(argument("q", "x-delivery-limit", Value::Null), &["delivery_limit_unset"]);
    check(argument("q", "x-delivery-limit", json!(-1)), &["delivery_limit_unset"]);
    check(argument("q", "x-delivery-limit", json!(4)), &["delivery_limit_low"]);
    check(argument("q", "x-delivery-limit", json!(5)), &[]);
    let ladder = |answers: &mut Answers, told: &mut Told| {
        told.ladder = vec![Duration::from_secs(1)];
        the(answers, "q").arguments.insert("x-delivery-limit".to_owned(), json!(1));
    };
    check(ladder, &["delivery_limit_low"]);
}

#[test]
fn policies() {
    check(policy("q", json!({ "overflow": "drop-head", "message-ttl": 5 })), &["policy_overrides", "message_ttl"]);
    // An argument of the queue wins, so that it does not.
    check(policy("q", json!({ "overflow": "drop-head", "dead-letter-exchange": "x" })), &[]);
    check(policy("q", json!({ "max-length": 5 })), &["bounded", "policy_overrides"]);
    check(policy("q.dead", json!({ "max-length": 5 })), &["drops_when_full", "policy_overrides"]);
    check(policy("q", json!({ "delivery-limit": 3 })), &["policy_overrides", "delivery_limit_low"]);
    check(policy("q", json!({ "delivery-limit": 30 })), &[]);
    check(policy("q", json!({ "queue-master-locator": "random" })), &[]);
}

#[test]
fn handlers_that_are_slower_than_the_broker_is_patient() {
    let handler =
        |minutes| move |_: &mut Answers, told: &mut Told| told.handler_time = Some(Duration::from_mins(minutes));
    check(handler(29), &[]);
    check(handler(30), &["consumer_timeout"]);
    check(|_, told| told.consumer_timeout = Some(Duration::from_secs(10)), &["consumer_timeout"]);
    check(argument("q", "x-consumer-timeout", json!(10_000)), &["consumer_timeout"]);
    let old = |answers: &mut Answers, told: &mut Told| {
        argument("q", "x-consumer-timeout", json!(10_000))(answers, told);
        answers.overview.rabbitmq_version = "3.11.0".to_owned();
    };
    check(old, &["version_old"]);
}

#[test]
fn consumers() {
    let waiting = |answers: &mut Answers, _: &mut Told| the(answers, "q").messages_ready = Some(7);
    check(waiting, &[]);
    check(|answers, told| (waiting(answers, told), answers.consumers.clear()).0, &["no_consumer"]);
    check(|answers, _| answers.consumers[0].ack_required = false, &["auto_ack"]);
    check(|answers, _| answers.consumers[0].prefetch_count = 0, &["no_prefetch"]);
}

#[test]
fn dead_letters() {
    let remove = |name: &'static str| {
        move |answers: &mut Answers, told: &mut Told| {
            told.queues = vec!["q".to_owned()];
            answers.queues.retain(|queue| queue.name != name);
        }
    };
    check(remove("q.dead"), &["dead_letters_gone", "queue_missing"]);
    check(|answers, _| the(answers, "q.dead").messages = Some(3), &["dead_letters_waiting"]);
    check(argument("q.dead", "x-message-ttl", json!(5_000)), &["message_ttl"]);
    check(argument("q.dead", "x-max-length", json!(5)), &["drops_when_full"]);
    check(argument("q.dead", "x-delivery-limit", json!(20)), &["letters_limited"]);
    // RabbitMQ 4 takes 20, and 3 none.
    check(argument("q.dead", "x-delivery-limit", Value::Null), &["letters_limited"]);
    let old = |answers: &mut Answers, told: &mut Told| {
        argument("q.dead", "x-delivery-limit", Value::Null)(answers, told);
        answers.overview.rabbitmq_version = "3.13.7".to_owned();
    };
    check(old, &["version_old"]);
}

#[test]
fn delay_queues() {
    check(argument("q.retry.5s", "x-message-ttl", Value::Null), &["delay_endless"]);
    check(argument("q.retry.5s", "x-message-ttl", json!(6_000)), &["delay_other"]);
    check(argument("q.retry.5s", "x-dead-letter-exchange", Value::Null), &["delay_astray"]);
    check(argument("q.retry.5s", "x-dead-letter-routing-key", json!("another")), &["delay_astray"]);
    check(argument("q.retry.5s", "x-overflow", Value::Null), &["dead_letters_at_most_once"]);
    check(|answers, _| answers.queues.retain(|queue| queue.name != "q.retry.30s"), &["ladder_incomplete"]);
    check(|_, told| told.ladder = vec![Duration::from_secs(1), Duration::from_secs(2)], &["ladder_incomplete"]);
    // Who never waits needs none of them.
    check(|answers, _| answers.queues.retain(|queue| !queue.name.contains("retry")), &[]);
}

#[test]
fn what_is_left_when_a_work_queue_is_deleted() {
    let gone = |answers: &mut Answers, _: &mut Told| answers.queues.retain(|queue| queue.name != "q");
    check(gone, &["left_behind"]);
    let waiting = |answers: &mut Answers, told: &mut Told| {
        the(answers, "q.retry.5m").messages = Some(2);
        gone(answers, told);
    };
    check(waiting, &["dead_letters_gone", "left_behind"]);
}

#[test]
fn users() {
    #[track_caller]
    fn check(url: &str, tags: &[&str], want: &[&str]) {
        let tags: Vec<_> = tags.iter().map(|&tag| tag.to_owned()).collect();
        let thing = user(&Place::parse(url).unwrap(), false, Some(&tags));
        assert_eq!(thing.codes(), want, "{url}");
        assert!(!format!("{thing:?}").contains("hunter2"));
    }
    check("amqps://stats:hunter2@rabbitmq/", &[], &[]);
    check("amqp://stats:hunter2@localhost/", &["monitoring"], &[]);
    check("amqp://stats:hunter2@rabbitmq/", &[], &["plaintext"]);
    check("amqp://guest:guest@localhost/", &["administrator"], &["guest", "administrator"]);
    check("amqp://localhost/", &[], &["guest"]);
    check("amqps://guest:guest@rabbitmq/", &[], &["guest_remote"]);
    check("amqps://guest:hunter2@rabbitmq/", &[], &[]);
}
