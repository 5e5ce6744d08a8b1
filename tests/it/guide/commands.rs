//! Every command that a page shows is one that there is, with the options that there are.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command;

/// In the place of `ID`, which stands for one.
const SOME_ID: &str = "0197a9f6-5d2c-7c55-9f0a-5a1f0e7f1f10";

/// What the connections to the broker are called, and no commands.
const LINKS: [&str; 2] = ["workout publishing", "workout consuming"];

#[test]
fn every_command_of_the_pages_is_understood() {
    let workout = command::path();
    assert!(!is_understood(&workout, &["dlq", "list", "q", "--bogus"].map(str::to_owned)), "this would find nothing");
    let mut seen = 0;
    let mut wrong = Vec::new();
    for (page, words) in pages().iter().flat_map(|page| commands(page).into_iter().map(move |words| (page, words))) {
        let right = match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["workout", words @ ..] => {
                is_understood(&workout, &words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>())
            }
            ["cargo", words @ ..] => match words.iter().position(|word| ["--example", "--bench"].contains(word)) {
                Some(at) => is_target(words[at], words[at + 1]),
                None => words[0] != "xtask" || ["test", "lint", "generate", "deploy", "ci"].contains(&words[1]),
            },
            _ => continue,
        };
        seen += 1;
        if !right {
            wrong.push(format!("{}: {}", page.display(), words.join(" ")));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(seen > 50, "{seen} commands cannot be all");
}

/// What an option of the wrong name, or with a value that it cannot have, keeps it from showing its help.
fn is_understood(workout: &Path, words: &[String]) -> bool {
    let help = Command::new(workout).args(words).arg("--help").output().unwrap();
    help.status.success()
}

fn is_target(kind: &str, name: &str) -> bool {
    let manifest = match kind {
        "--example" => "examples/Cargo.toml",
        _ => "benches/Cargo.toml",
    };
    fs::read_to_string(root().join(manifest)).unwrap().contains(&format!("name = \"{name}\""))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The pages for those who use it.
fn pages() -> Vec<PathBuf> {
    let markdown = |folder: &str| {
        let files = fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap().path());
        files.filter(|path| path.extension().is_some_and(|extension| extension == "md")).collect::<Vec<_>>()
    };
    let crates = fs::read_dir(root().join("crates")).unwrap().map(|entry| entry.unwrap().path().join("README.md"));
    [markdown("."), markdown("docs")].into_iter().flatten().chain(crates).collect()
}

/// The words of each command in the fences for shells, and of each `workout` between two backticks.
fn commands(page: &Path) -> Vec<Vec<String>> {
    let text = fs::read_to_string(page).unwrap().replace("\\\n", " ");
    let fences = text.split("```sh\n").skip(1).filter_map(|rest| rest.split_once("```"));
    let lines = fences.flat_map(|(fence, _)| fence.lines().map(str::to_owned));
    let prose = text.split("```").step_by(2).flat_map(|part| part.split('`').skip(1).step_by(2));
    // Those with choices in them are for people only.
    let is_command = |code: &&str| code.starts_with("workout ") && !code.contains(['|', '[']) && !LINKS.contains(code);
    let named = prose.filter(is_command);
    lines.chain(named.map(|code| code.replace('\n', " "))).flat_map(|line| split(&line)).collect()
}

/// The commands of a line, without what comes after a `#`, and without `cargo run` in front of `workout`.
fn split(line: &str) -> Vec<Vec<String>> {
    let (mut commands, mut word, mut quote) = (vec![Vec::new()], String::new(), None);
    for letter in line.chars().chain([' ']) {
        match (letter, quote) {
            ('#', None) if word.is_empty() => break,
            ('\'' | '"', None) => quote = Some(letter),
            (letter, Some(open)) if letter == open => quote = None,
            (' ', None) if word.is_empty() => {}
            (' ', None) => match &*std::mem::take(&mut word) {
                "|" | "&&" | ";" | ">" => commands.push(Vec::new()),
                // For whatever one likes.
                "..." => {}
                "ID" => push(&mut commands, SOME_ID),
                other => push(&mut commands, other),
            },
            (letter, _) => word.push(letter),
        }
    }
    for command in &mut commands {
        if command.starts_with(&["cargo", "run"].map(str::to_owned)) && command.contains(&"workout-cli".to_owned()) {
            let after = command.iter().position(|word| word == "--").map_or(command.len(), |at| at + 1);
            command.splice(..after, ["workout".to_owned()]);
        }
    }
    commands
}

fn push(commands: &mut [Vec<String>], word: &str) {
    if let Some(last) = commands.last_mut() {
        last.push(word.to_owned());
    }
}

#[test]
fn a_line_is_split_as_a_shell_splits_it() {
    let line = "echo '{\"a b\"}' | cargo run -q -p workout-cli -- dlq show q ID ... # and \"more\"";
    let want = [&["echo", "{\"a b\"}"][..], &["workout", "dlq", "show", "q", SOME_ID]];
    assert_eq!(split(line), want);
}
