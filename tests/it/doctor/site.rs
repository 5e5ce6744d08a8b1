//! A virtual host of the test's own, and the command at work on it.

use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::LazyLock;
use std::time::Duration;

use lapin::options::{BasicPublishOptions, ConfirmSelectOptions, QueueDeclareOptions};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{BasicProperties, Channel, Connection, ConnectionProperties};
use serde_json::{Value, json};
use support::rabbitmq::Vhost;
use support::{env, rabbitmq, wait};

use crate::command;

pub(super) struct Site {
    pub(super) vhost: Vhost,
    _connection: Connection,
    pub(super) channel: Channel,
}

impl Site {
    pub(super) async fn new() -> Self {
        let vhost = rabbitmq::vhost().await;
        let connection = Connection::connect(&vhost.amqp_url(), ConnectionProperties::default()).await.unwrap();
        let channel = connection.create_channel().await.unwrap();
        channel.confirm_select(ConfirmSelectOptions::default()).await.unwrap();
        Self { vhost, _connection: connection, channel }
    }

    pub(super) async fn queue(&self, name: &str, arguments: &[(&str, AMQPValue)]) {
        let mut table = FieldTable::default();
        for (key, value) in arguments {
            table.insert((*key).into(), value.clone());
        }
        self.channel.queue_declare(name.into(), QueueDeclareOptions::durable(), table).await.unwrap();
    }

    pub(super) async fn publish(&self, queue: &str) {
        let options = BasicPublishOptions { mandatory: true, ..BasicPublishOptions::default() };
        let sent =
            self.channel.basic_publish("".into(), queue.into(), options, b"{}", BasicProperties::default()).await;
        assert!(sent.unwrap().await.unwrap().is_ack());
    }

    pub(super) async fn policy(&self, path: &str, name: &str, definition: Value) {
        let body = json!({ "pattern": "^stats", "apply-to": "queues", "definition": definition });
        self.vhost.management().put(&format!("{path}/{}/{name}", self.vhost.name()), body).await.unwrap();
    }

    /// `--management` alone stands for that of the server.
    pub(super) fn doctor(&self, arguments: &[&str]) -> (i32, Value) {
        let (amqp, api) = (format!("--amqp={}", self.vhost.amqp_url()), env::required(env::RABBITMQ_API));
        let api = format!("--management={api}");
        let arguments = arguments.iter().map(|it| if *it == "--management" { api.as_str() } else { it });
        doctor(&[amqp.as_str()].into_iter().chain(arguments).collect::<Vec<_>>())
    }

    /// Statistics come every five seconds.
    pub(super) async fn until(&self, what: &str, holds: impl Fn(&Value) -> bool) -> (i32, Value) {
        wait::value(what, Duration::from_secs(30), || async {
            let (code, report) = self.doctor(&["--management", "--queue=stats"]);
            holds(&report).then_some((code, report))
        })
        .await
    }
}

pub(super) fn doctor(arguments: &[&str]) -> (i32, Value) {
    let Output { status, stdout, stderr } = run(&[&["--json"], arguments].concat());
    assert!(stderr.is_empty(), "{}", String::from_utf8_lossy(&stderr));
    let text = String::from_utf8(stdout).unwrap();
    assert!(!text.contains("guest:guest"), "{text}");
    (status.code().unwrap(), serde_json::from_str(&text).unwrap())
}

pub(super) fn run(arguments: &[&str]) -> Output {
    static PATH: LazyLock<PathBuf> = LazyLock::new(command::path);
    Command::new(&*PATH).arg("doctor").args(arguments).env_remove("AMQP_URL").output().unwrap()
}

/// What was found, as `code name`.
pub(super) fn codes(report: &Value, severity: &str) -> Vec<String> {
    let findings = report["findings"].as_array().unwrap().iter().filter(|it| it["severity"] == severity);
    findings.map(|it| format!("{} {}", it["code"].as_str().unwrap(), it["name"].as_str().unwrap())).collect()
}

pub(super) fn finding(report: &Value, code: &str) -> Value {
    let found = report["findings"].as_array().unwrap().iter().find(|it| it["code"] == code);
    found.unwrap_or_else(|| panic!("no {code}: {report:#}")).clone()
}

pub(super) fn text(text: &str) -> AMQPValue {
    AMQPValue::LongString(text.into())
}

pub(super) fn number(number: i32) -> AMQPValue {
    AMQPValue::LongInt(number)
}
