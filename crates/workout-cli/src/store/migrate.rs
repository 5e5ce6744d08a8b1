//! `workout store migrate`

use std::process::ExitCode;

use clap::Args;
use serde_json::json;
use stats_store::Steps;

use super::place::{Place, failure};
use crate::failure::Failure;
use crate::output::{Output, say};

/// The arguments of `workout store migrate`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Says what there is to do, and changes nothing.
    #[arg(long)]
    dry_run: bool,
    /// Prints one JSON object.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Place,
}

pub(super) async fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    let Arguments { dry_run, json, place } = arguments;
    let builder = place.builder()?;
    let steps = if dry_run { builder.pending().await } else { builder.migrate().await };
    let steps = steps.map_err(|error| failure(&error))?;
    let mut output = Output::new();
    if json {
        let Steps { version, migrations, ref tables, ahead, .. } = steps;
        let done = if dry_run { "pending" } else { "applied" };
        output.json(&json!({ "version": version, done: migrations, "tables": tables, "ahead": ahead }))?;
    } else {
        output.line(text(&steps, dry_run))?;
    }
    output.finish()?;
    if !dry_run && !steps.tables.is_empty() && steps.version > steps.migrations {
        say("new tables are filled when a person is written to; `workout store rebuild` does so for everybody");
    }
    Ok(ExitCode::from(u8::from(dry_run && !steps.is_empty())))
}

fn text(steps: &Steps, dry_run: bool) -> String {
    let Steps { version, migrations, tables, ahead, .. } = steps;
    let tables = if tables.is_empty() { String::new() } else { format!(" and the tables {}", tables.join(", ")) };
    let newer = if *ahead > 0 { format!(", {ahead} migrations of a newer program") } else { String::new() };
    match (steps.is_empty(), dry_run) {
        (true, _) => format!("version {version}: up to date{newer}"),
        (_, true) => format!("version {version}: {migrations} migrations{tables} are missing{newer}"),
        (_, false) => format!("version {version}: {migrations} migrations{tables} were made{newer}"),
    }
}
