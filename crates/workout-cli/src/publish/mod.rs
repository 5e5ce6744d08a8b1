//! `workout publish`

mod lines;
mod run;
mod tally;
mod under_way;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;

use crate::amqp::{self, Amqp};
use crate::failure::Failure;
use crate::input::Input;
use crate::output::Output;
use crate::reading::Reading;

pub(crate) use tally::{Summary, Tally};

/// The arguments of `workout publish`.
#[derive(Debug, Args)]
#[command(after_help = "\
Each line is judged as `workout schema validate` does, and goes out as it was written: under its own id, to the \
exchange of its type. Publishing a file again is safe, because readers count an id once.

  confirmed  the broker answers for it
  returned   no queue wants it
  nacked     a queue refused it, or it could not be sent
  unknown    the answer got lost
  invalid    the line is no event

All but the first are told on standard error, up to 20 of them. The first invalid line ends the run, unless \
--skip-invalid is given; so does a broker that takes nothing any more. What was sent before is waited for and \
counted, and nothing after that line is sent. Ctrl-C does the same; a second one does not wait.

Examples:
  workout publish --amqp amqp://guest:guest@localhost/%2f events.jsonl
  producer | workout publish --json --skip-invalid - | jq .confirmed
  workout publish --report failed.jsonl events.jsonl || less failed.jsonl

The summary with --json:
  {\"confirmed\":997,\"returned\":3,\"nacked\":0,\"unknown\":0,\"invalid\":0,\"seconds\":0.412}

Exit codes: 0 every line is confirmed, 1 one or more are not, 2 the file or the broker cannot be used.")]
pub(crate) struct Arguments {
    /// The file to read, one message a line, or `-` for standard input.
    file: PathBuf,
    /// Goes on after lines that are no events. They are told and counted all the same.
    #[arg(long)]
    skip_invalid: bool,
    /// Prints the summary as one JSON object.
    #[arg(long)]
    json: bool,
    /// Also writes every line that was not confirmed to this file, one JSON object each.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// How long an event may take, with all attempts. The link may be lost and come back meanwhile.
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..))]
    deadline: u32,
    #[command(flatten)]
    reading: Reading,
    #[command(flatten)]
    amqp: Amqp,
}

impl Arguments {
    fn limit(&self) -> Duration {
        Duration::from_secs(self.deadline.into())
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    // What is wrong with a file is said before a broker is asked for anything.
    let input = Input::open(&arguments.file)?;
    let (summary, end) = amqp::run(run::all(arguments, input))?;

    let mut output = Output::new();
    let print = if arguments.json { output.json(&summary) } else { output.line(summary.text()) };
    match print.and_then(|()| output.finish()).map_err(Failure::from) {
        // Whoever asks for the exit code and not for the summary still gets the truth.
        Err(failure) if !failure.is_closed_pipe() => return Err(failure),
        Err(_) | Ok(()) => {}
    }
    match end {
        run::End::Reached if summary.all_confirmed() => Ok(ExitCode::SUCCESS),
        run::End::Reached | run::End::Stopped => Ok(ExitCode::FAILURE),
        run::End::Failed(failure) => Err(failure),
    }
}
