//! `workout store settle`

use std::process::ExitCode;

use clap::Args;
use workout_events::jiff::Timestamp;

use super::place::{Place, bar, failure, until_asked};
use crate::failure::Failure;
use crate::output::Output;

/// The arguments of `workout store settle`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The source of the events, which is that of the service that keeps the statistics.
    #[arg(long, value_name = "URI", default_value = "/stats")]
    source: String,
    #[command(flatten)]
    place: Place,
}

pub(super) async fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    let Arguments { source, place } = arguments;
    let store = place.builder()?.announcing(&source).open().await.map_err(|error| failure(&error))?;
    let told = until_asked(store.settle(Timestamp::now(), bar())).await?;
    store.close().await;
    let mut output = Output::new();
    output.line(format_args!("{told} stretches in which a goal was missed"))?;
    output.finish()?;
    Ok(ExitCode::SUCCESS)
}
