//! `workout doctor`, on servers that are made wrong on purpose.

use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::LazyLock;
use std::time::Duration;

use lapin::options::{BasicConsumeOptions, BasicPublishOptions, ConfirmSelectOptions, QueueDeclareOptions};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{BasicProperties, Channel, Connection, ConnectionProperties};
use serde_json::{Value, json};
use stats_store::StatsStore;
use support::rabbitmq::Vhost;
use support::{env, own, postgres, rabbitmq, wait};
use workout_broker::{Broker, Queue};

use crate::command;

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_that_a_service_declares_is_safe() {
    let site = Site::new().await;
    let broker = Broker::connect(&site.vhost.amqp_url()).await.unwrap();
    broker.declare(&Queue::new("stats").bind("workout.events", "#")).await.unwrap();
    broker.close().await.unwrap();
    for arguments in [&["--queue=stats", "--management"][..], &["--management"], &["--queue=stats"], &[]] {
        let (code, report) = site.doctor(arguments);
        assert_eq!((code, &report["safe"], codes(&report, "unsafe").len()), (0, &json!(true), 0), "{report:#}");
    }
    // The tests' user is the one that every RabbitMQ is installed with.
    let (_, report) = site.doctor(&["--management"]);
    assert!(codes(&report, "advice").contains(&"guest guest".to_owned()), "{report:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_made_by_looking() {
    let site = Site::new().await;
    for arguments in [&["--queue=stats"][..], &["--queue=stats", "--management"]] {
        let (code, report) = site.doctor(arguments);
        let found = codes(&report, "unsafe");
        for missing in ["exchange_missing workout.performed", "exchange_missing workout.events", "queue_missing stats"]
        {
            assert!(code == 1 && found.contains(&missing.to_owned()), "{missing}: {report:#}");
        }
    }
    let (management, vhost) = (site.vhost.management(), site.vhost.name());
    let queues = management.get(&format!("queues/{vhost}")).await.unwrap();
    let exchanges = management.get(&format!("exchanges/{vhost}")).await.unwrap();
    let ours = exchanges.as_array().unwrap().iter().filter(|it| it["name"].as_str().unwrap().starts_with("workout"));
    assert_eq!((queues.as_array().unwrap().len(), ours.count()), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn queues_that_were_made_wrong_are_found() {
    let site = Site::new().await;
    Broker::connect(&site.vhost.amqp_url()).await.unwrap().close().await.unwrap();
    let work = [
        ("x-queue-type", text("quorum")),
        ("x-delivery-limit", number(20)),
        ("x-overflow", text("reject-publish")),
        ("x-dead-letter-exchange", text("")),
        ("x-dead-letter-routing-key", text("letters")),
        ("x-dead-letter-strategy", text("at-least-once")),
    ];
    let with = |key: &'static str, value| {
        let others = work.iter().filter(|(name, _)| *name != key).cloned();
        others.chain([(key, value)]).collect::<Vec<_>>()
    };
    site.queue("letters", &[("x-queue-type", text("quorum"))]).await;
    let wrong = [
        (work.to_vec(), "no_binding"),
        (Vec::new(), "not_quorum"),
        (work[..3].to_vec(), "no_dead_letters"),
        (with("x-dead-letter-routing-key", text("nowhere")), "dead_letters_gone"),
        (work[..5].to_vec(), "dead_letters_at_most_once"),
        (with("x-overflow", text("drop-head")), "dead_letters_at_most_once"),
        (with("x-delivery-limit", number(1)), "delivery_limit_low"),
        (with("x-max-length", number(5)), "bounded"),
        (with("x-message-ttl", number(60_000)), "message_ttl"),
        (with("x-expires", number(60_000)), "queue_vanishes"),
    ];
    let name = |nth: usize| format!("wrong{nth}");
    for (nth, (arguments, _)) in wrong.iter().enumerate() {
        site.queue(&name(nth), arguments).await;
    }
    let named: Vec<_> = (0..wrong.len()).map(|nth| format!("--queue={}", name(nth))).collect();
    let arguments: Vec<_> = ["--management"].into_iter().chain(named.iter().map(String::as_str)).collect();
    let (_, report) = site.doctor(&arguments);
    let found = [codes(&report, "unsafe"), codes(&report, "advice")].concat();
    for (nth, (_, want)) in wrong.iter().enumerate() {
        assert!(found.contains(&format!("{want} {}", name(nth))), "{want}: {report:#}");
    }
    // What is as it should be is not among them.
    let of_first = codes(&report, "unsafe").into_iter().filter(|found| found.ends_with(" wrong0"));
    assert_eq!(of_first.collect::<Vec<_>>(), ["no_binding wrong0"], "{report:#}");
}

/// Without the management API the broker names the first difference.
#[tokio::test(flavor = "multi_thread")]
async fn the_first_difference_is_found_by_amqp_alone() {
    let site = Site::new().await;
    Broker::connect(&site.vhost.amqp_url()).await.unwrap().close().await.unwrap();
    let mut arguments = vec![("x-queue-type", text("quorum")), ("x-delivery-limit", number(30))];
    arguments.extend([("x-dead-letter-exchange", text("")), ("x-dead-letter-routing-key", text("wrong.dead"))]);
    site.queue("wrong", &arguments).await;
    // A limit of the service's own is no fault, and does not hide what is.
    let (code, report) = site.doctor(&["--queue=wrong"]);
    assert_eq!((code, codes(&report, "advice")), (1, vec!["guest guest".to_owned()]), "{report:#}");
    assert_eq!(
        codes(&report, "unsafe"),
        ["queue_missing wrong.dead", "dead_letters_at_most_once wrong"].map(str::to_owned),
        "{report:#}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_is_found_and_the_command_mends_what_it_names() {
    let site = Site::new().await;
    let broker = Broker::connect(&site.vhost.amqp_url()).await.unwrap();
    broker.declare(&Queue::new("stats").bind("workout.events", "#")).await.unwrap();
    broker.close().await.unwrap();
    site.policy("policies", "full", json!({ "overflow": "drop-head", "max-length": 5 })).await;
    site.policy("operator-policies", "tight", json!({ "delivery-limit": 2 })).await;
    let (_, report) = site
        .until("both policies are told", |report| {
            codes(report, "unsafe").contains(&"drops_when_full stats.dead".to_owned())
        })
        .await;
    let found = [codes(&report, "unsafe"), codes(&report, "advice")].concat();
    for want in ["delivery_limit_low stats", "letters_limited stats.dead", "bounded stats", "policy_overrides stats"] {
        assert!(found.contains(&want.to_owned()), "{want}: {report:#}");
    }
    let (management, vhost) = (site.vhost.management(), site.vhost.name());
    management.delete(&format!("policies/{vhost}/full")).await.unwrap();
    management.delete(&format!("operator-policies/{vhost}/tight")).await.unwrap();
    site.until("nothing is left of them", |report| codes(report, "unsafe").is_empty()).await;

    // A queue without dead letters, and the policy that the doctor tells to set.
    site.queue("bare", &[("x-queue-type", text("quorum"))]).await;
    site.queue("bare.dead", &[("x-queue-type", text("quorum")), ("x-delivery-limit", number(i32::MAX))]).await;
    let (_, report) = site.doctor(&["--queue=bare", "--management"]);
    let finding = finding(&report, "no_dead_letters");
    let definition = finding["mend"].as_str().unwrap().split('\'').find(|part| part.starts_with('{')).unwrap();
    let body = json!({ "pattern": "^bare$", "definition": serde_json::from_str::<Value>(definition).unwrap() });
    management.put(&format!("policies/{vhost}/mend"), body).await.unwrap();
    let mended = |report: &Value| codes(report, "unsafe") == ["no_binding bare"];
    wait::until("it is mended", Duration::from_secs(30), || async {
        mended(&site.doctor(&["--queue=bare", "--management"]).1)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_and_who_reads_is_told() {
    let site = Site::new().await;
    let broker = Broker::connect(&site.vhost.amqp_url()).await.unwrap();
    broker.declare(&Queue::new("stats").bind("workout.events", "#")).await.unwrap();
    broker.close().await.unwrap();
    site.publish("stats").await;
    site.publish("stats.dead").await;
    let (code, report) = site
        .until("the messages are told", |report| {
            let found = codes(report, "advice");
            ["no_consumer stats", "dead_letters_waiting stats.dead"]
                .iter()
                .all(|want| found.contains(&(*want).to_owned()))
        })
        .await;
    let letters = finding(&report, "dead_letters_waiting");
    assert!(code == 0 && letters["happens"].as_str().unwrap().starts_with("1 dead letter"), "{report:#}");

    let options = BasicConsumeOptions { no_ack: true, ..BasicConsumeOptions::default() };
    let channel = &site.channel;
    let _reader = channel.basic_consume("stats".into(), "".into(), options, FieldTable::default()).await.unwrap();
    site.until("the reader is told", |report| codes(report, "unsafe") == ["auto_ack stats"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_is_short_of_memory_or_too_impatient_is_told() {
    let Some(node) = own::rabbitmq("consumer_timeout = 10000").await else {
        return;
    };
    let broker = Broker::connect(&format!("{}/%2f", node.amqp_url())).await.unwrap();
    broker.declare(&Queue::new("stats").bind("workout.events", "#")).await.unwrap();
    broker.close().await.unwrap();
    let (amqp, api) = (format!("--amqp={}/%2f", node.amqp_url()), format!("--management={}", node.api()));
    let patience = ["--handler-time=30s", "--consumer-timeout=10s"];
    let (code, report) = doctor(&[&amqp, &api, patience[0], patience[1]]);
    assert_eq!((code, codes(&report, "unsafe")), (1, vec!["consumer_timeout stats".to_owned()]), "{report:#}");

    node.control(&["set_vm_memory_high_watermark", "0.00001"]).await;
    wait::until("the alarm is told", Duration::from_secs(30), || async {
        codes(&doctor(&[&amqp, &api]).1, "unsafe") == ["alarm nodes"]
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_loses_what_was_committed_is_told() {
    let (site, database) = (Site::new().await, postgres::database().await);
    StatsStore::connect(&database.url()).await.unwrap().close().await;
    database.administer(format!("ALTER DATABASE {} SET synchronous_commit = off", database.name())).await.unwrap();
    let store = format!("--store={}", database.url());
    let (code, report) = site.doctor(&[&store]);
    let found = finding(&report, "synchronous_commit_off");
    assert!(code == 1 && found["kind"] == "store" && found["severity"] == "unsafe", "{report:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_cannot_be_asked_is_named_in_a_line_without_a_password() {
    let site = Site::new().await;
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    for (option, want) in [
        (format!("--management=http://guest:hunter2@127.0.0.1:{port}"), "management: "),
        (
            format!("--management={}", env::required(env::RABBITMQ_API).replace(":guest@", ":hunter2@")),
            "does not accept",
        ),
        ("--management=http://guest:hunter2@rabbitmq:15672".to_owned(), "https://"),
        ("--management=hunter2".to_owned(), "https://user:password@host:15671"),
        ("--management=http://localhost:15672".to_owned(), "needs a user"),
        ("--management=http://guest@localhost:15672".to_owned(), "needs a password"),
        (format!("--store=postgres://a:hunter2@127.0.0.1:{port}/b"), "store: "),
        ("--store=hunter2".to_owned(), "sqlite://FILE"),
    ] {
        let Output { status, stdout, stderr } = run(&[&format!("--amqp={}", site.vhost.amqp_url()), &option]);
        let [stdout, stderr] = [stdout, stderr].map(|text| String::from_utf8(text).unwrap());
        assert!(status.code() == Some(2) && stdout.is_empty() && stderr.lines().count() == 1, "{stdout}{stderr}");
        assert!(stderr.contains(want) && !stderr.contains("hunter2"), "{want}: {stderr}");
    }
}

struct Site {
    vhost: Vhost,
    _connection: Connection,
    channel: Channel,
}

impl Site {
    async fn new() -> Self {
        let vhost = rabbitmq::vhost().await;
        let connection = Connection::connect(&vhost.amqp_url(), ConnectionProperties::default()).await.unwrap();
        let channel = connection.create_channel().await.unwrap();
        channel.confirm_select(ConfirmSelectOptions::default()).await.unwrap();
        Self { vhost, _connection: connection, channel }
    }

    async fn queue(&self, name: &str, arguments: &[(&str, AMQPValue)]) {
        let mut table = FieldTable::default();
        for (key, value) in arguments {
            table.insert((*key).into(), value.clone());
        }
        self.channel.queue_declare(name.into(), QueueDeclareOptions::durable(), table).await.unwrap();
    }

    async fn publish(&self, queue: &str) {
        let options = BasicPublishOptions { mandatory: true, ..BasicPublishOptions::default() };
        let sent =
            self.channel.basic_publish("".into(), queue.into(), options, b"{}", BasicProperties::default()).await;
        assert!(sent.unwrap().await.unwrap().is_ack());
    }

    async fn policy(&self, path: &str, name: &str, definition: Value) {
        let body = json!({ "pattern": "^stats", "apply-to": "queues", "definition": definition });
        self.vhost.management().put(&format!("{path}/{}/{name}", self.vhost.name()), body).await.unwrap();
    }

    /// `--management` alone stands for that of the server.
    fn doctor(&self, arguments: &[&str]) -> (i32, Value) {
        let (amqp, api) = (format!("--amqp={}", self.vhost.amqp_url()), env::required(env::RABBITMQ_API));
        let api = format!("--management={api}");
        let arguments = arguments.iter().map(|it| if *it == "--management" { api.as_str() } else { it });
        doctor(&[amqp.as_str()].into_iter().chain(arguments).collect::<Vec<_>>())
    }

    /// Statistics come every five seconds.
    async fn until(&self, what: &str, holds: impl Fn(&Value) -> bool) -> (i32, Value) {
        wait::value(what, Duration::from_secs(30), || async {
            let (code, report) = self.doctor(&["--management", "--queue=stats"]);
            holds(&report).then_some((code, report))
        })
        .await
    }
}

fn doctor(arguments: &[&str]) -> (i32, Value) {
    let Output { status, stdout, stderr } = run(&[&["--json"], arguments].concat());
    assert!(stderr.is_empty(), "{}", String::from_utf8_lossy(&stderr));
    let text = String::from_utf8(stdout).unwrap();
    assert!(!text.contains("guest:guest"), "{text}");
    (status.code().unwrap(), serde_json::from_str(&text).unwrap())
}

fn run(arguments: &[&str]) -> Output {
    static PATH: LazyLock<PathBuf> = LazyLock::new(command::path);
    Command::new(&*PATH).arg("doctor").args(arguments).env_remove("AMQP_URL").output().unwrap()
}

/// What was found, as `code name`.
fn codes(report: &Value, severity: &str) -> Vec<String> {
    let findings = report["findings"].as_array().unwrap().iter().filter(|it| it["severity"] == severity);
    findings.map(|it| format!("{} {}", it["code"].as_str().unwrap(), it["name"].as_str().unwrap())).collect()
}

fn finding(report: &Value, code: &str) -> Value {
    let found = report["findings"].as_array().unwrap().iter().find(|it| it["code"] == code);
    found.unwrap_or_else(|| panic!("no {code}: {report:#}")).clone()
}

fn text(text: &str) -> AMQPValue {
    AMQPValue::LongString(text.into())
}

fn number(number: i32) -> AMQPValue {
    AMQPValue::LongInt(number)
}
