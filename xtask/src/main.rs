//! `cargo xtask`: the checks and the generators of this workspace.
//!
//! What a contributor and the CI run is the same, and it is written here once.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line program")]

mod cargo;
mod child;
mod compat;
mod crates;
mod deploy;
mod diff;
mod generate;
mod lint;
mod steps;
mod test;
mod tools;

use std::env;
use std::process::ExitCode;

use steps::Steps;

/// Success, or one line that says what went wrong.
type Outcome<T = ()> = Result<T, String>;

const HELP: &str = "\
The checks and the generators of this workspace.

Usage: cargo xtask COMMAND

  test [-- ARGS]      runs every test with the servers it needs; ARGS go to the test runner, and then doctests are left out
  lint                formatting, clippy, documentation, feature combinations, dependencies, packaging
  generate [--check]  writes the generated files, or names those that are out of date
  compat              compares the contract with every release in tests/released
  crates              counts the crates that a user of workout-events gets
  deploy [ARGS]       brings the stack of deploy/ up, tries it and counts; ARGS: --compile PROFILE, --insist
  ci                  lint, generate --check, compat, test and deploy
  help                this text";

fn main() -> ExitCode {
    let arguments = env::args().skip(1).collect::<Vec<_>>();
    let arguments = arguments.iter().map(String::as_str).collect::<Vec<_>>();
    let mut steps = Steps::default();
    let outcome = child::forward_signals().and_then(|()| run(&arguments, &mut steps));
    steps.print_table();
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("xtask: {problem}");
            ExitCode::from(child::signal().map_or(1, |signal| 128 + signal))
        }
    }
}

fn run(arguments: &[&str], steps: &mut Steps) -> Outcome {
    match arguments {
        ["test"] => test::run(steps, &[]),
        ["test", "--", arguments @ ..] => test::run(steps, arguments),
        ["lint"] => lint::run(steps),
        ["generate"] => generate::write(steps),
        ["generate", "--check"] => generate::check(steps),
        ["compat"] => compat::check(steps),
        ["crates"] => crates::check(steps),
        ["deploy", arguments @ ..] => deploy::run(steps, arguments),
        ["ci"] => {
            lint::run(steps)?;
            generate::check(steps)?;
            compat::check(steps)?;
            test::run(steps, &[])?;
            deploy::run(steps, &[])
        }
        ["help" | "--help" | "-h"] => {
            println!("{HELP}");
            Ok(())
        }
        [] => Err("a command is missing (see cargo xtask help)".to_owned()),
        unknown => Err(format!("`{}` is not understood (see cargo xtask help)", unknown.join(" "))),
    }
}
