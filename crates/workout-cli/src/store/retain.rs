//! `workout store retain`

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use stats_store::Retention;

use super::place::{Place, bar, until_asked};
use crate::dlq::time::ago;
use crate::failure::Failure;
use crate::output::Output;

/// The arguments of `workout store retain`.
#[derive(Debug, Args)]
#[group(required = true, multiple = true, args = ["superseded", "quarantine"])]
pub(crate) struct Arguments {
    /// What edited and deleted workouts said goes when it was received longer ago than this, as in 400d.
    #[arg(long, value_name = "AGE", value_parser = age)]
    superseded: Option<Duration>,
    /// What is in quarantine goes when it was put aside longer ago than this.
    #[arg(long, value_name = "AGE", value_parser = age)]
    quarantine: Option<Duration>,
    /// Confirms that it is to be gone.
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    place: Place,
}

pub(super) async fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    let Arguments { superseded, quarantine, yes, place } = arguments;
    if !yes {
        return Err(Failure::new("what is let go is gone for good: give --yes to do so"));
    }
    let mut retention = Retention::new();
    if let Some(age) = superseded {
        retention = retention.superseded(age);
    }
    if let Some(age) = quarantine {
        retention = retention.quarantine(age);
    }
    let store = place.open().await?;
    let retained = until_asked(store.retain(retention, bar())).await?;
    store.close().await;
    let mut output = Output::new();
    let (stripped, discarded) = (retained.stripped, retained.discarded);
    output.line(format_args!("{stripped} superseded facts stripped, {discarded} taken out of quarantine"))?;
    output.finish()?;
    Ok(ExitCode::SUCCESS)
}

fn age(text: &str) -> Result<Duration, String> {
    ago(text)
        .and_then(|age| Duration::try_from(age).ok())
        .ok_or_else(|| "an age is a number and a unit: 90s, 30m, 2h, 400d".to_owned())
}
