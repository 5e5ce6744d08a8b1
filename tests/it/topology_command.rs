//! `workout topology`, as an operator calls it.

use std::process::{Command, Output};

use serde_json::Value;
use support::rabbitmq;

use crate::command;

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_plans_applies_and_checks() {
    let vhost = rabbitmq::vhost().await;
    let workout = command::path();
    let run = |arguments: &[&str]| {
        let mut command = Command::new(&workout);
        let output = command.arg("topology").args(arguments).env("AMQP_URL", vhost.amqp_url()).output().unwrap();
        let Output { status, stdout, stderr } = output;
        let [stdout, stderr] = [stdout, stderr].map(|text| String::from_utf8(text).unwrap());
        assert!(!format!("{stdout}{stderr}").contains("://"), "{stdout}{stderr}");
        (status.code().unwrap(), stdout, stderr)
    };
    let queue = "--queue=stats=workout.performed,goal.*";

    for _ in 0..2 {
        let (code, stdout, _) = run(&["check", queue, "--json"]);
        let states: Vec<_> =
            stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["state"].clone()).collect();
        assert_eq!((code, states), (1, vec!["missing".into(); 7]));
    }
    let (code, stdout, _) = run(&["apply", queue]);
    assert_eq!((code, stdout.lines().filter(|line| line.starts_with("made ")).count()), (0, 7), "{stdout}");
    let (code, stdout, _) = run(&["apply", queue]);
    assert_eq!((code, stdout.lines().filter(|line| line.starts_with("made ")).count()), (0, 0), "{stdout}");
    assert_eq!(run(&["check", queue]), (0, String::new(), String::new()));
    let (code, stdout, _) = run(&["plan", queue]);
    assert_eq!((code, stdout.lines().filter(|line| line.starts_with("there ")).count()), (0, 4), "{stdout}");

    let (code, stdout, _) = run(&["apply", queue, "--retries"]);
    let made: Vec<_> = stdout.lines().filter_map(|line| line.strip_prefix("made     queue ")).collect();
    assert_eq!((code, made.len()), (0, 4), "{stdout}");
    assert_eq!(made[3], "stats.retry.5m (quorum, after 5m to stats)");
    assert_eq!(run(&["check", queue, "--retries=5m,1s"]).0, 0);
    assert_eq!(run(&["check", queue, "--retries=6m"]).0, 1);
    for impossible in ["--retries=5", "--retries=0s", "--retries=1000h5", "--retries=100000h", "--history=500ms"] {
        let (code, _, stderr) = run(&["apply", queue, impossible]);
        assert!(code == 2 && !stderr.is_empty(), "{impossible}: {code} {stderr}");
    }
    let (code, stdout, _) = run(&["apply", "--history"]);
    assert!(code == 0 && stdout.contains("made     queue workout.history (stream, of 720h, "), "{stdout}");
    assert_eq!([run(&["check", "--history"]).0, run(&["check", "--history=24h"]).0], [0, 1]);
    let (code, stdout, _) = run(&["apply", "--fanout=stats.changed"]);
    assert!(code == 0 && stdout.contains("made     exchange stats.changed (fanout)"), "{stdout}");

    let path = format!("queues/{}/stats", vhost.name());
    vhost.management().delete(&path).await.unwrap();
    let another = serde_json::json!({ "durable": true, "arguments": { "x-queue-type": "classic" } });
    vhost.management().put(&path, another).await.unwrap();
    for verb in ["plan", "check", "apply"] {
        let (code, stdout, _) = run(&[verb, queue]);
        let told = stdout.lines().any(|line| line.starts_with("differs  queue stats (") && line.contains("should be"));
        assert!(code == 1 && told, "{verb}: {code} {stdout}");
    }
    let (code, _, stderr) = run(&["apply", "--landing"]);
    assert!(code == 0 && stderr.contains("rabbitmqctl set_policy"), "{stderr}");
}
