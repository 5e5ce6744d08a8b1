//! Load, and figures: how fast a part of the product is on this machine.
//!
//! `cargo run --release --example load -- publish --events 100000 --tasks 64` publishes to RabbitMQ and prints, as its
//! last line, `RESULT <events per second>`; `load -- consume --batch 500 --prefetch 1000` does so for a consumer, and
//! `load -- ingest --store sqlite://stats.db` for all that is between RabbitMQ and statistics. Figures drift with the machine: compare those of one hour.
//!
//! Read the files in the order of their `mod` lines. A further kind of load is a further subcommand.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program talks to whoever started it")]

mod clock;
mod events;
mod server;

mod publish;

mod fill;

mod consume;

mod ingest;
mod latency;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use workout_examples::with_causes;

/// Makes load and measures it. The last line is `RESULT <events per second>`.
#[derive(Parser)]
#[command(name = "load", arg_required_else_help = true)]
struct Load {
    #[command(subcommand)]
    kind: Kind,
}

#[derive(Subcommand)]
enum Kind {
    /// Publishes events to RabbitMQ and waits for the outcome of each.
    Publish(publish::Arguments),
    /// Consumes events from RabbitMQ with a handler that does nothing.
    Consume(consume::Arguments),
    /// Takes events from RabbitMQ into a store, with its ledger and all statistics.
    Ingest(ingest::Arguments),
}

#[tokio::main]
async fn main() -> ExitCode {
    let result = match Load::parse().kind {
        Kind::Publish(arguments) => publish::run(&arguments).await,
        Kind::Consume(arguments) => consume::run(&arguments).await,
        Kind::Ingest(arguments) => ingest::run(&arguments).await,
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("load: {}", with_causes(&*error));
            ExitCode::from(2)
        }
    }
}
