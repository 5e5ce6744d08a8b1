//! `workout tail`

mod line;
mod watch;

use std::process::ExitCode;

use clap::Args;
use workout_events::UserId;

use crate::amqp::{self, Amqp};
use crate::failure::Failure;
use crate::reading::Reading;

/// The arguments of `workout tail`.
#[derive(Debug, Args)]
#[command(after_help = "\
Events come through a queue of this command alone, which disappears a minute after it: nobody else misses one. What \
was published before the start is not shown. Where events come faster than they can be shown, the newest are kept.

A line has the time, the type, the subject, the id, and the beginning of the data. An invalid message is shown with \
its codes: with --json on standard error, so that the lines can be published again.

Examples:
  workout tail --amqp amqp://guest:guest@localhost/%2f
  workout tail --type workout.performed --type 'goal.*'
  workout tail --json --user 6f1c1b8e-1d5b-4c7b-9a51-0e4a4b2f4c11 | jq .data
  workout tail --json --count 1000 > sample.jsonl

Exit codes: 0 ended by Ctrl-C, a closed pipe or --count, 2 the broker cannot be used.")]
pub(crate) struct Arguments {
    /// Only this type; `*` stands for one word, `#` for any number of them. Can be given several times.
    #[arg(long = "type", value_name = "TYPE")]
    types: Vec<String>,
    /// Only events about this user: those with it as their `user_id` or subject.
    #[arg(long, value_name = "UUID")]
    user: Option<UserId>,
    /// Prints the messages as they are, one a line.
    #[arg(long)]
    json: bool,
    /// Ends after so many.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    count: Option<u64>,
    #[command(flatten)]
    reading: Reading,
    #[command(flatten)]
    amqp: Amqp,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    amqp::run(watch::events(arguments))?;
    Ok(ExitCode::SUCCESS)
}
