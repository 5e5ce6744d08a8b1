//! `workout schema validate`

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;
use workout_events::MAX_MESSAGE_BYTES;
use workout_events::schema::golden;

use crate::command::{Run, command, feed, repository, workout};

fn validate(file: &Path) -> Run {
    workout(["schema".as_ref(), "validate".as_ref(), file.as_os_str()])
}

/// Validates a file of this name and content.
fn validate_content(name: &str, content: &[u8]) -> Run {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, content).unwrap();
    validate(&path)
}

fn validate_stdin(content: &[u8]) -> Run {
    feed(command().args(["schema", "validate", "-"]), content, 1)
}

/// The codes of each verdict; an accepted message has none.
#[track_caller]
fn check(run: &Run, want: &[&[&str]]) {
    let codes = |line: &str| -> Vec<String> {
        let verdict: Value = serde_json::from_str(line).unwrap();
        let violations = verdict["violations"].as_array().into_iter().flatten();
        violations.map(|violation| violation["code"].as_str().unwrap().to_owned()).collect()
    };
    let got: Vec<_> = run.stdout.lines().map(codes).collect();
    assert_eq!(got, want, "{run:?}");
    assert_eq!(run.code, Some(i32::from(want.iter().any(|codes| !codes.is_empty()))), "{run:?}");
    assert_eq!(run.stderr, "");
}

fn accepted() -> &'static [u8] {
    golden::lines(golden::ACCEPTED).next().unwrap().1
}

/// An accepted message of exactly this size.
fn accepted_of(bytes: usize) -> Vec<u8> {
    let with = |filling: &str| {
        let mut message: Value = serde_json::from_slice(accepted()).unwrap();
        message["later"] = filling.into();
        message.to_string().into_bytes()
    };
    with(&"x".repeat(bytes - with("").len()))
}

#[test]
fn the_refused_corpus_gets_its_verdicts_byte_for_byte() {
    let run = validate(&repository("schemas/golden/refused.jsonl"));
    assert_eq!((run.code, run.stderr.as_str()), (Some(1), ""));
    assert!(run.stdout.as_bytes() == golden::VERDICTS, "the verdicts differ from refused.verdicts.jsonl");
}

#[test]
fn the_accepted_corpus_is_accepted() {
    let run = validate(&repository("schemas/golden/accepted.jsonl"));
    assert_eq!(run.code, Some(0));
    assert_eq!(run.stdout.lines().count(), golden::lines(golden::ACCEPTED).count());
    assert!(run.stdout.lines().all(|line| line.contains("\"ok\":true")));
}

#[test]
fn a_json_file_is_one_message_however_it_is_written() {
    let message: Value = serde_json::from_slice(accepted()).unwrap();
    check(&validate_content("event.json", accepted()), &[&[]]);
    check(&validate_content("event.json", format!("{message:#}").as_bytes()), &[&[]]);
    check(&validate_content("event.json", format!("{message:#}\n").as_bytes()), &[&[]]);
    check(&validate_content("event.json", format!("{message:#}\r\n\n").as_bytes()), &[&[]]);
    check(&validate_content("event.json", format!("{message:#}\n{message:#}\n").as_bytes()), &[&["trailing_bytes"]]);
}

#[test]
fn a_stream_tells_by_its_first_line_whether_it_is_one_message() {
    let message: Value = serde_json::from_slice(accepted()).unwrap();
    check(&validate_stdin(format!("{message:#}\n").as_bytes()), &[&[]]);
    check(&validate_stdin(format!("{message}\n{message}\n").as_bytes()), &[&[], &[]]);
    check(&validate_stdin(format!("{message}\n[]\n{message}").as_bytes()), &[&[], &["wrong_type"], &[]]);
}

#[test]
fn the_layout_can_be_given() {
    let cut = [&accepted()[..10], b"\n", accepted()].concat();
    let lines = feed(command().args(["schema", "validate", "--layout", "jsonl", "-"]), &cut, 1);
    check(&lines, &[&["truncated"], &[]]);
    let document = feed(command().args(["schema", "validate", "--layout", "json", "-"]), accepted(), 1);
    check(&document, &[&[]]);
}

#[test]
fn lines_may_end_as_on_any_system_and_the_last_one_need_not() {
    let message = String::from_utf8(accepted().to_vec()).unwrap();
    check(&validate_content("events.jsonl", format!("{message}\r\n{message}").as_bytes()), &[&[], &[]]);
    check(&validate_content("events.jsonl", format!("{message}\n\n{message}\n").as_bytes()), &[&[], &["empty"], &[]]);
}

#[test]
fn nothing_at_all_is_an_empty_message() {
    for name in ["events.jsonl", "event.json", "events"] {
        check(&validate_content(name, b""), &[&["empty"]]);
    }
    check(&validate_stdin(b""), &[&["empty"]]);
}

#[test]
fn the_place_of_a_truncation_is_the_end_of_the_file() {
    for name in ["events.jsonl", "event.json"] {
        let run = validate_content(name, b"{\"a\":");
        assert!(run.stdout.contains("(byte 5)"), "{run:?}");
    }
}

#[test]
fn the_size_limit_is_the_same_in_every_layout() {
    let [fits, exceeds] = [MAX_MESSAGE_BYTES, MAX_MESSAGE_BYTES + 1].map(accepted_of);
    for name in ["events.jsonl", "event.json"] {
        for line_end in ["", "\n"] {
            check(&validate_content(name, &[&fits, line_end.as_bytes()].concat()), &[&[]]);
            check(&validate_content(name, &[&exceeds, line_end.as_bytes()].concat()), &[&["too_large"]]);
        }
    }
    check(&validate_content("events.jsonl", &[exceeds.as_slice(), b"\n", accepted()].concat()), &[&["too_large"], &[]]);
}

#[test]
fn an_endless_line_needs_no_more_memory_than_a_message() {
    let chunk = vec![b'x'; 1 << 20];
    for layout in ["jsonl", "json"] {
        // 300 MB through a process that may have 128 MiB of addresses.
        let mut shell = Command::new("sh");
        let script = "ulimit -v 131072; exec \"$0\" schema validate --layout \"$1\" -";
        shell.args(["-c", script, env!("CARGO_BIN_EXE_workout"), layout]);
        check(&feed(&mut shell, &chunk, 300), &[&["too_large"]]);
    }
}

#[test]
fn a_reader_who_leaves_early_is_no_failure() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("events.jsonl");
    fs::write(&path, golden::REFUSED.repeat(50)).unwrap();
    let mut child = command()
        .args(["schema".as_ref(), "validate".as_ref(), path.as_os_str()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    assert!(first.starts_with("{\"line\":1,"), "{first}");
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr), (Some(0), Vec::new()));
}

#[test]
fn a_file_that_cannot_be_read_is_named_in_one_line() {
    let folder = TempDir::new().unwrap();
    for path in [folder.path().join("missing.jsonl"), folder.path().to_owned()] {
        let run = validate(&path);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
        assert!(run.stderr.starts_with(&format!("workout: {}: ", path.display())), "{run:?}");
        assert_eq!(run.stderr.lines().count(), 1, "{run:?}");
    }
}

#[test]
fn wrong_arguments_are_told_apart_from_refusals() {
    for arguments in [&["schema", "validate"][..], &["schema", "validate", "--layout", "xml", "-"], &["juggle"], &[]] {
        let run = workout(arguments);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(run.stderr.contains("Usage: workout") || run.stderr.contains("--help"), "{run:?}");
    }
}

#[test]
fn the_plain_envelope_is_read_on_request() {
    let message: Value = serde_json::from_slice(accepted()).unwrap();
    let plain = serde_json::json!({
        "event_type": message["type"],
        "payload": message["data"],
        "service": "coach",
        "timestamp": message["time"],
        "version": "1",
    });
    let plain = plain.to_string();
    let on_request = feed(command().args(["schema", "validate", "--plain", "-"]), plain.as_bytes(), 1);
    check(&on_request, &[&[]]);
    let run = validate_stdin(plain.as_bytes());
    assert_eq!(run.code, Some(1), "{run:?}");
}
