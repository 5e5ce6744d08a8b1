//! `workout store partition`

use std::process::ExitCode;

use clap::Args;

use super::place::{Place, until_asked};
use crate::failure::Failure;
use crate::output::{Output, say};

/// The arguments of `workout store partition`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// How many parts each table gets. It cannot be changed later.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(2..=1024))]
    partitions: u16,
    /// Confirms that nobody else is to read or write the tables meanwhile.
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    place: Place,
}

pub(super) async fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    let Arguments { partitions, yes, place } = arguments;
    if !yes {
        return Err(Failure::new("nobody reads or writes a table while it is partitioned: give --yes to do so"));
    }
    let told = |table: &str| say(format_args!("partitioning {table}"));
    let done = until_asked(place.builder()?.partition(partitions, told)).await?;
    let mut output = Output::new();
    if done.is_empty() {
        output.line("all large tables were partitioned before")?;
    } else {
        output.line(format_args!("in {partitions} parts each: {}", done.join(", ")))?;
    }
    output.finish()?;
    Ok(ExitCode::SUCCESS)
}
