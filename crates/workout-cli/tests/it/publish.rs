//! `workout publish`

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;
use workout_broker::Prefetch;
use workout_events::schema::golden;
use workout_events::{Event, UserId, WorkoutDeleted};

use crate::command::Run;
use crate::site::{QUEUE, Site, deleted, erased, interrupt, lines};

/// Expects this exit code and these counts: confirmed, returned, nacked, unknown, invalid.
#[track_caller]
fn check(run: &Run, code: i32, counts: [u64; 5]) {
    let mut summary: Value = serde_json::from_str(&run.stdout).unwrap();
    assert!(summary["seconds"].take().is_f64(), "{run:?}");
    let [confirmed, returned, nacked, unknown, invalid] = counts;
    let want = json!({
        "confirmed": confirmed, "returned": returned, "nacked": nacked, "unknown": unknown, "invalid": invalid,
        "seconds": null,
    });
    assert_eq!((summary, run.code), (want, Some(code)), "{run:?}");
}

fn some(count: usize) -> Vec<Event<WorkoutDeleted>> {
    (0..count).map(|_| deleted()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_confirmed_is_in_the_queue_as_it_was_written() {
    let site = Site::with_queue("#").await;
    // All of them have one id, and one has a field that the reader does not know.
    let mut input = golden::ACCEPTED.to_vec();
    input.extend(String::from_utf8(deleted().encode()).unwrap().replacen('{', "{ \"later\": [1], ", 1).into_bytes());
    let want: Vec<_> = golden::lines(&input).map(|(_, line)| line.to_vec()).collect();

    let run = site.publish(["--json"], &input);
    check(&run, 0, [want.len() as u64, 0, 0, 0, 0]);
    assert_eq!(run.stderr, "");
    let mut got = site.messages().await;
    // Two exchanges lead to the queue, and lines go out together.
    got.sort();
    let mut want = want;
    want.sort();
    assert!(got == want, "{} of {} messages", got.len(), want.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_queue_wants_is_returned_and_told() {
    let site = Site::with_queue("workout.deleted").await;
    let unwanted: Vec<_> = (0..30).map(|_| erased(UserId::generate())).collect();
    let wanted = some(3_000);
    let mut input = Vec::new();
    for (events, unwanted) in wanted.chunks(100).zip(&unwanted) {
        input.extend(lines(events));
        input.extend(lines(std::slice::from_ref(unwanted)));
    }
    let folder = TempDir::new().unwrap();
    let (file, report) = (folder.path().join("events.jsonl"), folder.path().join("report.jsonl"));
    fs::write(&file, &input).unwrap();

    let mut publish = site.command(["publish", "--json", "--report"]);
    let run = crate::command::feed(publish.args([&report, &file]), &[], 0);
    check(&run, 1, [3_000, 30, 0, 0, 0]);
    assert_eq!(site.messages().await.len(), 3_000);
    let told: Vec<_> = run.stderr.lines().collect();
    assert_eq!(told.len(), 21, "{run:?}");
    assert!(told[..20].iter().all(|line| line.contains(": returned ")), "{run:?}");
    assert_eq!(told[20], "and 10 more lines; --report FILE lists them all");
    let report = fs::read_to_string(report).unwrap();
    let mut reported: Vec<Value> = report.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    reported.sort_by_key(|entry| entry["line"].as_u64());
    let event =
        |(n, event): (usize, &Event<_>)| json!({ "line": (n + 1) * 101, "id": event.id(), "outcome": "returned" });
    assert_eq!(reported, unwanted.iter().enumerate().map(event).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invalid_line_ends_the_run_after_what_came_before_it() {
    let site = Site::with_queue("#").await;
    let events = some(20);
    let refused = String::from_utf8(deleted().encode()).unwrap().replace("workout.deleted", "workout.juggled");
    let input = [&lines(&events[..12]), refused.as_bytes(), b"\n", &lines(&events[12..])].concat();

    let run = site.publish(["--json"], &input);
    check(&run, 1, [12, 0, 0, 0, 1]);
    assert!(run.stderr.contains("line 13: /type: ") && run.stderr.contains("(unknown_type)"), "{run:?}");
    assert!(
        run.stderr.ends_with("stopped at line 13; --skip-invalid goes on after lines that are no events\n"),
        "{run:?}"
    );
    let sent = site.messages().await;
    assert_eq!(sent.len(), 12);
    assert!(events[..12].iter().all(|event| sent.contains(&event.encode())));

    check(&site.publish(["--json", "--skip-invalid"], &input), 1, [20, 0, 0, 0, 1]);
    assert_eq!(site.messages().await.len(), 20);
    // Nothing at all is no event either.
    check(&site.publish(["--json"], b""), 1, [0, 0, 0, 0, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn people_get_a_sentence() {
    let site = Site::with_queue("#").await;
    let run = site.publish([], &lines(&some(2)));
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    assert!(run.stdout.starts_with("2 confirmed, 0 returned, 0 nacked, 0 unknown, 0 invalid in 0."), "{run:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_permission_ends_the_run_and_is_told() {
    let site = Site::with_queue("#").await;
    let url = site.writer_to("^workout.events$").await;
    let message = golden::lines(golden::ACCEPTED).map(|(_, line)| line);
    let performed = message.into_iter().find(|line| line.windows(17).any(|part| part == b"workout.performed")).unwrap();
    let input = [performed, b"\n"].concat();
    let run = site.publish(["--json", "--amqp", &url], &input);
    check(&run, 2, [0, 0, 1, 0, 0]);
    assert!(run.stderr.contains("workout: stopped at line 1: "), "{run:?}");
    assert!(run.stderr.contains("ACCESS_REFUSED") && !run.stderr.contains("hunter2"), "{run:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_waits_for_what_was_sent_and_counts_it() {
    let site = Site::with_queue("#").await;
    let mut publish = site.command(["publish", "--json", "-"]);
    publish.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = publish.spawn().unwrap();
    // It stays open: there may be more to come.
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(&lines(&some(10))).unwrap();
    let mut deliveries = site.broker.consume(QUEUE, Prefetch::default()).await.unwrap();
    for _ in 0..10 {
        deliveries.next().await.unwrap().unwrap().ack().await.unwrap();
    }
    interrupt(&child);
    let output = child.wait_with_output().unwrap();
    let [stdout, stderr] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    let run = Run { code: output.status.code(), stdout, stderr };
    check(&run, 1, [10, 0, 0, 0, 0]);
    assert_eq!(run.stderr, "interrupted: nothing after line 10 is sent\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_exit_code_is_true_although_nobody_reads_the_summary() {
    let site = Site::with_queue("workout.deleted").await;
    for (input, code) in [(deleted().encode(), 0), (erased(UserId::generate()).encode(), 1)] {
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("event.jsonl");
        fs::write(&file, input).unwrap();
        let mut publish = site.command(["publish"]);
        let mut child = publish.arg(&file).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop((child.stdout.take(), child.stderr.take()));
        assert_eq!(child.wait().unwrap().code(), Some(code));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_does_not_grow_with_the_input() {
    let site = Site::with_queue("nothing").await;
    let large = |n: usize| {
        let mut message: Value = serde_json::from_slice(&deleted().encode()).unwrap();
        message["later"] = "x".repeat(250_000).into();
        message["n"] = n.into();
        message.to_string() + "\n"
    };
    // 150 MB, which all come back, through a process that may have 96 MiB of data.
    let mut shell = Command::new("bash");
    let script = "ulimit -d 98304; exec \"$0\" publish --json -";
    shell.args(["-c", script, env!("CARGO_BIN_EXE_workout")]).env("AMQP_URL", site.vhost.amqp_url());
    shell.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = shell.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    for n in 0..600 {
        stdin.write_all(large(n).as_bytes()).unwrap();
    }
    drop(stdin);
    let mut summary = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut summary).unwrap();
    let run = Run { code: child.wait().unwrap().code(), stdout: summary, stderr: String::new() };
    check(&run, 1, [0, 600, 0, 0, 0]);
}
