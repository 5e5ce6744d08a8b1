//! `workout dlq ...`

mod meant;
pub(crate) mod time;

mod site;

mod line;

mod list;
mod show;

mod export;

mod edit;
mod replay;
mod tally;

mod discard;

use std::process::ExitCode;

use clap::Subcommand;

use crate::amqp;
use crate::failure::Failure;

/// The subcommands of `workout dlq`.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// A line for each dead letter: when it died, and of what.
    #[command(after_help = "\
Letters are given back unchanged; while they are looked at nobody else sees them. What dies meanwhile is not shown.

Examples:
  workout dlq list stats.workouts --amqp amqp://guest:guest@localhost/%2f
  workout dlq list stats.workouts --reason quarantined --since 2h
  workout dlq list stats.workouts --json | jq -r '[.reason, .error] | @tsv' | sort | uniq -c

Exit codes: 0 done, 1 there are more letters than can be held at a time, 2 the broker or the queue cannot be used.")]
    List(list::Arguments),
    /// All that is known of a dead letter: its way, its history, its body.
    #[command(after_help = "\
Examples:
  workout dlq show stats.workouts 6f1c1b8e-1d5b-4c7b-9a51-0e4a4b2f4c11
  workout dlq show stats.workouts 6f1c1b8e-1d5b-4c7b-9a51-0e4a4b2f4c11 --json | jq .body

Exit codes: 0 it is shown, 1 there is none, 2 the broker or the queue cannot be used.")]
    Show(show::Arguments),
    /// Writes dead letters to a file, one JSON object a line, to be looked at and edited.
    #[command(after_help = "\
The body of a letter is the field `body` where it is JSON, else `body_text`, or `body_base64` where it is no text. Edit it \
there and give the file to `workout dlq replay --edit`. Nothing is taken off the queue.

Examples:
  workout dlq export stats.workouts letters.jsonl --reason quarantined
  workout dlq export stats.workouts - --type workout.deleted | jq -c '.body.data.revision = 2' > edited.jsonl

Exit codes: 0 done, 1 not all of it is written, 2 the file, the broker or the queue cannot be used.")]
    Export(export::Arguments),
    /// Publishes dead letters to the queue that they died of, as if they had never been tried.
    #[command(after_help = "\
A letter is off the dead letters once its queue has it, and not before: should the command be killed in between, it is \
replayed twice, and readers count an id once. What dies again meanwhile is left for later. Ctrl-C ends it, and what was \
not replayed stays; a second one does not wait for what is under way.

--edit takes a file that `workout dlq export` wrote: only its letters are replayed, each with the body that it has there. \
A body that was edited has to keep the contract; if one does not, nothing is published.

Examples:
  workout dlq replay stats.workouts --reason exhausted --dry-run
  workout dlq replay stats.workouts --reason exhausted --rate 50/s --yes
  workout dlq replay stats.workouts --edit edited.jsonl --yes

The summary with --json:
  {\"replayed\":97,\"failed\":0,\"meant\":97,\"seen\":112,\"waiting\":112,\"undated\":0,\"end\":\"complete\",\"seconds\":0.31}

Exit codes: 0 all that was meant is replayed (or would be accepted), 1 some of it is not, 2 the file, the broker or the \
queue cannot be used, or --yes is missing.")]
    Replay(replay::Arguments),
    /// Throws dead letters away, for good.
    #[command(after_help = "\
Export them first: nothing brings them back.

Examples:
  workout dlq export stats.workouts gone.jsonl --until 30d && workout dlq drop stats.workouts --until 30d --yes
  workout dlq drop stats.workouts --id 6f1c1b8e-1d5b-4c7b-9a51-0e4a4b2f4c11 --yes

Exit codes: 0 all that was meant is gone, 1 some of it is not, 2 the broker or the queue cannot be used, or --yes is \
missing.")]
    Drop(discard::Arguments),
}

pub(crate) fn run(command: Command) -> Result<ExitCode, Failure> {
    amqp::run(async {
        match command {
            Command::List(arguments) => list::run(arguments).await,
            Command::Show(arguments) => show::run(arguments).await,
            Command::Export(arguments) => export::run(arguments).await,
            Command::Replay(arguments) => replay::run(arguments).await,
            Command::Drop(arguments) => discard::run(arguments).await,
        }
    })
}
