//! The statistics service: events in, statistics over HTTP out.
//!
//! With nothing configured it is complete in one process: the broker is inside, the statistics are in the file
//! `stats.db`, and `POST /workout/{id}/perform` takes the place of the services that would publish. With `AMQP_URL` and
//! `DATABASE_URL` it consumes from RabbitMQ into PostgreSQL.
//!
//! `--demo` shows the dashboard with years of believable training, and `--help` says what can be set. Read the files in the
//! order of their `mod` lines.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program talks to whoever started it")]

mod settings;

mod demo;
mod ingest;
mod receipts;

mod perform;

mod background;
mod hints;

mod service;
mod shutdown;

use std::error::Error;
use std::process::ExitCode;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::settings::{HELP, Settings};

#[tokio::main]
async fn main() -> ExitCode {
    let settings = match Settings::read() {
        Ok(Some(settings)) => settings,
        Ok(None) => {
            println!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Err(problem) => {
            eprintln!("stats_service: {problem}");
            return ExitCode::from(2);
        }
    };
    log();
    match service::run(&settings).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("stats_service: {}", with_causes(&*error));
            ExitCode::FAILURE
        }
    }
}

fn log() {
    // lapin logs returned messages with all that is in them, as a warning.
    let targets = Targets::new().with_default(LevelFilter::INFO).with_target("lapin", LevelFilter::ERROR);
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    tracing_subscriber::registry().with(lines).with(targets).init();
}

fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
