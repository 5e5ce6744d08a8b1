//! Steps with a name and a duration, of which the first that fails is the last.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::{Outcome, child};

/// What has been done so far, for the table at the end.
#[derive(Debug, Default)]
pub(crate) struct Steps {
    done: Vec<Step>,
}

#[derive(Debug)]
struct Step {
    name: String,
    took: Duration,
    succeeded: bool,
}

impl Steps {
    /// A step that is a program.
    pub(crate) fn run(&mut self, name: &str, command: &mut Command) -> Outcome {
        self.time(name, || {
            let status = child::run(command)?;
            if status.success() { Ok(()) } else { Err(format!("{status} of `{}`", line(command))) }
        })
    }

    /// A step that is a function.
    pub(crate) fn time<T>(&mut self, name: &str, work: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
        println!("\n=== {name}");
        let start = Instant::now();
        let outcome = work();
        self.done.push(Step { name: name.to_owned(), took: start.elapsed(), succeeded: outcome.is_ok() });
        outcome.map_err(|problem| format!("{name}: {problem}"))
    }

    /// How long each step took, and which one failed.
    pub(crate) fn print_table(&self) {
        let Some(width) = self.done.iter().map(|step| step.name.len()).max() else {
            return;
        };
        println!();
        for Step { name, took, succeeded } in &self.done {
            let end = if *succeeded { "ok" } else { "FAILED" };
            println!("{name:width$}  {:>7.1} s  {end}", took.as_secs_f64());
        }
        let total = self.done.iter().map(|step| step.took).sum::<Duration>();
        println!("{:width$}  {:>7.1} s", "", total.as_secs_f64());
    }
}

/// The command as one would type it: cargo and its tools are called by their paths, which say nothing.
fn line(command: &Command) -> String {
    let program = command.get_program();
    let program = Path::new(program).file_name().unwrap_or(program);
    let words = [program].into_iter().chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
