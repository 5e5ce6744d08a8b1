//! What helps in a shell, and what the contract looks like there.

use std::process::Command;

use workout_events::{Code, Registry};

use crate::command::{feed, workout};

#[test]
fn completions_know_the_subcommands_in_every_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let run = workout(["completions", shell]);
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
        for word in
            ["validate", "export", "against", "skip-invalid", "tail", "handler-time", "erase-user", "completions"]
        {
            assert!(run.stdout.contains(word), "{shell} does not complete {word}");
        }
    }
}

#[test]
fn bash_can_read_its_completions() {
    let script = workout(["completions", "bash"]).stdout;
    let run = feed(Command::new("bash").arg("-n"), script.as_bytes(), 1);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
}

#[test]
fn the_manual_has_a_section_for_each_subcommand() {
    let run = workout(["man"]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    assert!(run.stdout.contains(".TH workout 1"), "{}", run.stdout);
    for section in
        ["SCHEMA VALIDATE", "SCHEMA CHECK", "ASYNCAPI", "PUBLISH", "TAIL", "STORE VERIFY", "DOCTOR", "COMPLETIONS"]
    {
        assert!(run.stdout.contains(&format!(".SH WORKOUT {section}\n")), "{section} is missing");
    }
    // A line of a help text that started with a dot or a quote would be taken for a command of the page language.
    let sections = run.stdout.split(".nf\n").skip(1).filter_map(|rest| rest.split_once("\n.fi")).map(|(text, _)| text);
    let commands: Vec<_> = sections.flat_map(str::lines).filter(|line| line.starts_with(['.', '\''])).collect();
    assert!(commands.is_empty(), "{commands:?}");
}

#[test]
fn every_type_and_every_code_can_be_looked_up() {
    let types = workout(["schema", "list"]);
    let codes = workout(["schema", "codes"]);
    assert_eq!((types.code, codes.code), (Some(0), Some(0)));
    let starts = |text: &str, word: &str| text.lines().any(|line| line.split_whitespace().next() == Some(word));
    assert!(Registry::workout().types().all(|info| starts(&types.stdout, info.event_type)));
    assert!(Code::ALL.iter().all(|code| starts(&codes.stdout, code.as_str())));

    for info in Registry::workout().types() {
        let run = workout(["schema", "show", "--fields", info.event_type]);
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
        assert!(run.stdout.contains("required"), "{run:?}");
    }
}

#[test]
fn a_mistyped_type_is_answered_with_the_nearest() {
    let run = workout(["schema", "show", "workout.preformed"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
    assert_eq!(run.stderr, "workout: there is no type \"workout.preformed\"; did you mean workout.performed?\n");
}
