//! `workout dlq`

use std::fs;
use std::path::Path;
use std::process::Stdio;

use serde_json::{Value, json};
use tempfile::TempDir;
use workout_broker::Outcome;
use workout_events::amqp::{HeaderValue, Message};
use workout_events::{Event, WorkoutDeleted};

use crate::command::{Run, feed, workout};
use crate::site::{QUEUE, Site, deleted, interrupt};

impl Site {
    /// Puts this message to the dead letters, as a consumer does that gives up.
    async fn bury(&self, mut message: Message, reason: &str, died: &str) {
        (message.exchange, message.routing_key) = ("".into(), format!("{QUEUE}.dead").into());
        let texts = [
            ("workout-exchange", "workout.events"),
            ("workout-routing-key", "workout.deleted"),
            ("workout-dead-reason", reason),
            ("workout-dead-time", died),
            ("workout-dead-queue", QUEUE),
            ("workout-dead-error", "cannot store: \u{1b}[31mreset"),
        ];
        let headers = texts.map(|(name, text)| (name.into(), HeaderValue::Text(text.to_owned())));
        message.headers.extend(headers);
        message.headers.push(("workout-attempts".into(), HeaderValue::Integer(5)));
        assert_eq!(self.broker.publish(message).await.unwrap(), Outcome::Confirmed);
    }

    /// Three letters, the last of which is no text.
    async fn with_letters() -> (Self, Vec<Event<WorkoutDeleted>>) {
        let site = Self::with_queue("nothing").await;
        let events: Vec<_> = (0..3).map(|_| deleted()).collect();
        let reasons = ["exhausted", "rejected", "quarantined"];
        for (n, (event, reason)) in events.iter().zip(reasons).enumerate() {
            let mut message = Message::of(event).unwrap();
            if n == 2 {
                message.body = b"\xff\x00".to_vec();
            }
            site.bury(message, reason, &format!("2026-11-21T08:0{n}:00Z")).await;
        }
        (site, events)
    }

    fn dlq<const N: usize>(&self, arguments: [&str; N]) -> Run {
        feed(self.command(["dlq"]).args(arguments), &[], 0)
    }

    /// What is left, by id.
    fn left(&self) -> Vec<Value> {
        let run = self.dlq(["list", QUEUE, "--json"]);
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{run:?}");
        run.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["id"].take()).collect()
    }
}

/// Expects one line on standard error that says this, nothing else, and this exit code.
#[track_caller]
fn check(run: &Run, code: i32, told: &str) {
    assert_eq!((run.code, run.stderr.lines().count()), (Some(code), 1), "{run:?}");
    assert!(run.stderr.contains(told), "{run:?}");
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn letters_are_listed_with_why_they_died_and_stay() {
    let (site, events) = Site::with_letters().await;
    let ids: Vec<_> = events.iter().map(|event| event.id().to_string()).collect();
    let run = site.dlq(["list", QUEUE]);
    check(&run, 0, "3 of 3 dead letters of service");
    let lines: Vec<_> = run.stdout.lines().collect();
    assert!(lines.len() == 4 && lines[0].starts_with("DIED "), "{run:?}");
    for part in ["2026-11-21T08:00:00Z", "exhausted", "5", "workout.deleted", &ids[0], "cannot store: "] {
        assert!(lines[1].contains(part), "{part} {run:?}");
    }
    assert!(!run.stdout.contains('\u{1b}'), "{run:?}");
    // Under the name of the dead letters as well.
    check(&site.dlq(["list", "service.dead", "--reason", "rejected", "--reason", "parked"]), 0, "1 of 3 dead");
    check(
        &site.dlq(["list", QUEUE, "--since", "2026-11-21T08:01:00Z", "--until", "2026-11-21T08:02:00Z"]),
        0,
        "1 of 3",
    );
    check(&site.dlq(["list", QUEUE, "--type", "workout.performed"]), 0, "0 of 3 dead letters");
    assert_eq!(site.left(), ids);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_is_shown_whole_and_one_that_is_not_there_is_told() {
    let (site, events) = Site::with_letters().await;
    let id = events[1].id().to_string();
    let run = site.dlq(["show", QUEUE, &id]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{run:?}");
    let body = String::from_utf8(events[1].encode()).unwrap();
    for part in ["rejected after 5 attempts", "to \"workout.events\" under workout.deleted", &body] {
        assert!(run.stdout.contains(part), "{part} {run:?}");
    }
    let run = site.dlq(["show", QUEUE, &id, "--json"]);
    let line: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((&line["reason"], &line["died"]), (&json!("rejected"), &json!("2026-11-21T08:01:00Z")));
    assert_eq!(line["body"]["id"], id);
    // A key finds it as well.
    assert_eq!(site.dlq(["show", QUEUE, line["key"].as_str().unwrap(), "--json"]).stdout, run.stdout);
    check(&site.dlq(["show", QUEUE, "nobody"]), 1, "no dead letter of service has the id or key nobody");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_exported_and_edited_is_replayed_and_nothing_else() {
    let (site, events) = Site::with_letters().await;
    let folder = TempDir::new().unwrap();
    let [exported, edited] = ["exported.jsonl", "edited.jsonl"].map(|name| folder.path().join(name));
    check(&site.dlq(["export", QUEUE, path(&exported)]), 0, "3 of 3 dead letters are in ");
    // What may have been edited is not overwritten.
    check(&site.dlq(["export", QUEUE, path(&exported)]), 2, "exists");
    let text = fs::read_to_string(&exported).unwrap();
    assert_eq!(site.dlq(["export", QUEUE, "-"]).stdout, text);
    let mut lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[2]["body_base64"], "/wA=");

    lines[0]["body"]["data"]["revision"] = json!(7);
    let both = format!("{}\n\n{}\n", lines[0], text.lines().nth(2).unwrap());
    fs::write(&edited, &both).unwrap();
    let run = site.dlq(["replay", QUEUE, "--edit", path(&edited), "--dry-run"]);
    check(&run, 1, "1 would be accepted, 1 refused; nothing was changed");
    assert!(run.stdout.contains("(not_utf8)"), "{run:?}");
    let run = site.dlq(["replay", QUEUE, "--edit", path(&edited), "--yes", "--json"]);
    let mut summary: Value = serde_json::from_str(&run.stdout).unwrap();
    assert!(summary["seconds"].take().is_f64(), "{run:?}");
    let want = json!({
        "replayed": 2, "failed": 0, "meant": 2, "seen": 3, "waiting": 3, "undated": 0, "end": "complete", "seconds": null,
    });
    assert_eq!((run.code, run.stderr.as_str(), summary), (Some(0), "", want));
    assert_eq!(site.left(), [events[1].id().to_string()]);
    let messages = site.messages().await;
    let first: Value = serde_json::from_slice(&messages[0]).unwrap();
    assert_eq!((first, &messages[1][..]), (lines[0]["body"].clone(), &b"\xff\0"[..]));

    check(
        &site.dlq(["replay", QUEUE, "--edit", path(&edited), "--yes", "--json"]),
        1,
        "2 letters of the file are not there",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_with_a_refused_line_publishes_nothing() {
    let (site, events) = Site::with_letters().await;
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("edited.jsonl");
    let exported = site.dlq(["export", QUEUE, "-"]).stdout;
    let mut line: Value = serde_json::from_str(exported.lines().next().unwrap()).unwrap();
    line["body"]["data"]["revision"] = json!(0);
    let long = r#"{"key":"hunter2"}"#;
    let text = format!("{}\n{line}\n{long}\n{{\"hunter2\n", exported.lines().nth(1).unwrap());
    fs::write(&file, text).unwrap();
    let run = site.dlq(["replay", QUEUE, "--edit", path(&file), "--yes"]);
    let told: Vec<_> = run.stderr.lines().collect();
    assert_eq!((run.code, run.stdout.as_str(), told.len()), (Some(1), "", 4), "{run:?}");
    assert!(told[0].starts_with("line 2: /data/revision: ") && told[0].ends_with("(below_minimum)"), "{run:?}");
    assert!(told[1].starts_with("line 3: /key: ") && told[2].starts_with("line 4: the message: "), "{run:?}");
    assert!(told[3].ends_with("3 lines are refused, and nothing was published"), "{run:?}");
    assert!(!run.stderr.contains("hunter2"), "{run:?}");
    assert_eq!(site.left().len(), events.len());
    assert!(site.messages().await.is_empty());
}

#[test]
fn nothing_is_replayed_or_dropped_without_a_yes_and_no_broker_is_asked() {
    let url = "--amqp=amqp://a:hunter2@127.0.0.1:1/";
    check(&workout(["dlq", "replay", QUEUE, url]), 2, "give --yes to do so, or --dry-run");
    check(&workout(["dlq", "drop", QUEUE, url]), 2, "give --yes");
}

#[test]
fn what_cannot_be_meant_is_refused_with_the_mend() {
    #[track_caller]
    fn check(arguments: &[&str], mend: &str) {
        let run = workout([&["dlq"], arguments, &["--amqp=amqp://localhost"]].concat());
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{run:?}");
        assert!(run.stderr.contains(mend), "{run:?}");
    }
    check(&["list", ""], "QUEUE");
    check(&["list", QUEUE, "--reason", "tired"], "quarantined");
    check(&["list", QUEUE, "--since", "yesterday"], "30m");
    check(&["replay", QUEUE, "--rate", "0/s"], "50/s");
    check(&["replay", QUEUE, "--max-failures", "0"], "max-failures");
}

#[tokio::test(flavor = "multi_thread")]
async fn dropped_letters_are_gone_and_a_queue_that_is_not_there_is_named() {
    let (site, events) = Site::with_letters().await;
    let run = site.dlq(["drop", QUEUE, "--reason", "rejected", "--yes"]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{run:?}");
    assert!(run.stdout.starts_with("1 dropped, 0 failed, 2 others stay, in 0."), "{run:?}");
    assert_eq!(site.left(), [&events[0], &events[2]].map(|event| event.id().to_string()));
    check(&site.dlq(["drop", "nowhere", "--yes"]), 2, "there is no queue nowhere.dead");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_queue_takes_stays_and_is_told() {
    let (site, events) = Site::with_letters().await;
    let name = site.vhost.name();
    site.vhost.management().delete(&format!("queues/{name}/{QUEUE}")).await.unwrap();
    let run = site.dlq(["replay", QUEUE, "--yes"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.stdout.starts_with("0 replayed, 3 failed, "), "{run:?}");
    assert_eq!(
        run.stderr.lines().filter(|line| line.ends_with("there is no queue that it could go back to")).count(),
        3
    );
    assert_eq!(site.left().len(), events.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_leaves_what_is_not_replayed() {
    let (site, _) = Site::with_letters().await;
    for _ in 0..50 {
        site.bury(Message::of(&deleted()).unwrap(), "exhausted", "2026-11-21T08:00:00Z").await;
    }
    let mut replay = site.command(["dlq", "replay", QUEUE, "--rate", "1/s", "--yes", "--json"]);
    let child = replay.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // It has begun.
    let mut deliveries = site.broker.consume(QUEUE, workout_broker::Prefetch::default()).await.unwrap();
    let first = deliveries.next().await.unwrap().unwrap();
    interrupt(&child);
    let output = child.wait_with_output().unwrap();
    let [stdout, stderr] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    assert_eq!(output.status.code(), Some(1), "{stdout} {stderr}");
    let summary: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(summary["end"], "interrupted", "{stdout}");
    assert_eq!(stderr, "interrupted: what is under way is waited for, everything else stays\n");
    drop((first, deliveries));
    let replayed = usize::try_from(summary["replayed"].as_u64().unwrap()).unwrap();
    assert_eq!(site.left().len(), 53 - replayed);
}
