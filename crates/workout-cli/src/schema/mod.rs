//! `workout schema ...` and `workout asyncapi`.

mod check;
mod export;
mod show;
mod validate;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;

use crate::failure::Failure;

pub(crate) use show::asyncapi;

/// The subcommands of `workout schema`.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Lists the types of events.
    List {
        /// Prints one JSON object a line instead of a table.
        #[arg(long)]
        json: bool,
    },
    /// Prints the JSON Schema of one type.
    #[command(after_help = "\
Examples:
  workout schema show workout.performed
  workout schema show goal.set --fields")]
    Show {
        /// The type, as `workout schema list` names it.
        #[arg(value_name = "TYPE")]
        event_type: String,
        /// Prints the fields of the data as a table for people instead.
        #[arg(long)]
        fields: bool,
    },
    /// Lists the codes that verdicts name, with their meaning.
    Codes {
        /// Prints one JSON object a line instead of a table.
        #[arg(long)]
        json: bool,
    },
    /// Writes every file of the contract: schemas, AsyncAPI document, golden corpus.
    #[command(after_help = "Example:\n  workout schema export --out schemas")]
    Export {
        /// The folder to write to; it is made where it is missing.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// Says of each message whether it keeps the contract: one JSON verdict a line.
    #[command(after_help = "\
A file of one JSON value is one message; otherwise each line is one (JSONL). Give --layout jsonl where the file
has no telling name and its first line may be cut off.

Examples:
  workout schema validate events.jsonl
  producer | workout schema validate - | grep '\"ok\":false'

A refused message looks like this:
  {\"line\":1,\"ok\":false,\"disposition\":\"quarantine\",\"violations\":[{\"code\":\"missing\",\"pointer\":\"/data/user_id\",\"message\":\"the field is required\"}]}

Exit codes: 0 all are accepted, 1 one or more are refused, 2 the file cannot be read.")]
    Validate(validate::Arguments),
    /// Compares with the files of an earlier release: would its messages and its readers still work?
    #[command(after_help = "\
Example:
  workout schema check --against released/0.1

Exit codes: 0 compatible, 1 something would break, 2 the folder cannot be read.")]
    Check {
        /// The folder that `workout schema export` of the earlier release has written.
        #[arg(long, value_name = "DIR")]
        against: PathBuf,
        /// Prints one JSON object a line instead of text.
        #[arg(long)]
        json: bool,
    },
}

pub(crate) fn run(command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::List { json } => show::list(json),
        Command::Show { event_type, fields } => show::show(&event_type, fields),
        Command::Codes { json } => show::codes(json),
        Command::Export { out } => export::run(&out),
        Command::Validate(arguments) => validate::run(&arguments),
        Command::Check { against, json } => check::run(&against, json),
    }
}
