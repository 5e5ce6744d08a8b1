#![doc = include_str!("../README.md")]
#![expect(clippy::print_stderr, reason = "a command speaks on its standard streams")]

mod failure;
mod output;
mod progress;
mod signal;

mod input;
mod reading;
mod schema;

mod amqp;
mod dlq;
mod doctor;
mod export;
mod healthy;
mod import;
mod publish;
mod store;
mod tail;
mod topology;
mod trust;
mod wod;

mod shell;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

/// Events of workout products: their schemas, and their way through RabbitMQ.
#[derive(Debug, Parser)]
#[command(
    name = "workout",
    version,
    arg_required_else_help = true,
    after_help = "\
Examples:
  workout schema list                          every type of event
  workout schema show workout.performed        the JSON Schema of one type
  workout schema validate events.jsonl         one verdict a line
  workout asyncapi > asyncapi.json             the whole contract, for generators
  workout topology check                       is the broker of AMQP_URL as it should be?
  workout publish events.jsonl                 what became of each, exactly
  workout import hevy workouts.csv ...         the history of another app
  workout tail --type workout.performed        events as they pass
  workout dlq list stats.workouts              what a consumer gave up, and why
  workout store verify                         are the statistics what the ledger says?
  workout wod request --all                    the workout of the day, for everybody
  workout doctor --queue stats.workouts        what would lose or double events

Exit codes: 0 done, 1 something was refused, 2 the command could not be carried out."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The JSON Schemas of the events, and checks against them.
    #[command(subcommand, arg_required_else_help = true)]
    Schema(schema::Command),
    /// Prints the AsyncAPI 3 document: exchanges, messages and how they look on AMQP.
    Asyncapi,
    /// The exchanges and queues on a broker: planned, made, checked.
    #[command(subcommand, arg_required_else_help = true)]
    Topology(topology::Command),
    /// Publishes the messages of a file, and says what became of each.
    Publish(publish::Arguments),
    /// Takes workouts over from a file that another app has exported.
    Import(Box<import::Arguments>),
    /// Writes the workouts of a user to a file, for another app or another store.
    Export(Box<export::Arguments>),
    /// Shows events as they pass, and takes none from anybody.
    Tail(tail::Arguments),
    /// Dead letters: looked at, given back to their queue, thrown away.
    #[command(subcommand, arg_required_else_help = true)]
    Dlq(dlq::Command),
    /// The statistics: brought up to date, looked at, verified, mended, erased.
    #[command(subcommand, arg_required_else_help = true)]
    Store(store::Command),
    /// Workouts of the day: asked for.
    #[command(subcommand, arg_required_else_help = true)]
    Wod(wod::Command),
    /// Looks at a broker and a store, and says what would lose or double events. Changes nothing.
    Doctor(Box<doctor::Arguments>),
    /// Asks a service how it is: for a health check in a container that has no other HTTP client.
    #[command(after_help = "\
Example:
  workout healthy http://127.0.0.1:8080/healthz

Exit codes: 0 it says that it is well, 1 it says something else or nothing.")]
    Healthy(healthy::Arguments),
    /// Prints completions for a shell.
    #[command(after_help = "\
Examples:
  workout completions bash > ~/.local/share/bash-completion/completions/workout
  workout completions zsh > ~/.zfunc/_workout")]
    Completions {
        /// The shell to complete in.
        shell: clap_complete::Shell,
    },
    /// Prints the manual page.
    #[command(after_help = "Example:\n  workout man > ~/.local/share/man/man1/workout.1")]
    Man,
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Schema(command) => schema::run(command),
        Command::Asyncapi => schema::asyncapi(),
        Command::Topology(command) => topology::run(&command),
        Command::Publish(arguments) => publish::run(&arguments),
        Command::Import(arguments) => import::run(&arguments),
        Command::Export(arguments) => export::run(&arguments),
        Command::Tail(arguments) => tail::run(&arguments),
        Command::Dlq(command) => dlq::run(command),
        Command::Store(command) => store::run(command),
        Command::Wod(command) => wod::run(&command),
        Command::Doctor(arguments) => doctor::run(&arguments),
        Command::Healthy(arguments) => Ok(healthy::run(&arguments)),
        Command::Completions { shell } => shell::completions(shell, Cli::command()),
        Command::Man => shell::man(Cli::command()),
    };
    match result {
        Ok(code) => code,
        // Whoever reads the output has seen enough: that is no failure of the command.
        Err(failure) if failure.is_closed_pipe() => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("workout: {failure}");
            ExitCode::from(2)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Cli::command().debug_assert();
    }
}
