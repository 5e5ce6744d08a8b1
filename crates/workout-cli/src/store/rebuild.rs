//! `workout store rebuild`

use std::process::ExitCode;

use clap::Args;

use super::person::OneOrAll;
use super::place::{Place, bar, until_asked};
use crate::failure::Failure;
use crate::output::Output;

/// The arguments of `workout store rebuild`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    whom: OneOrAll,
    /// Also those whose numbers are kept by this version of the program already.
    #[arg(long, conflicts_with = "user")]
    all: bool,
    #[command(flatten)]
    place: Place,
}

pub(super) async fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    let Arguments { whom, all, place } = arguments;
    let store = place.open().await?;
    let rebuilt = match whom.user {
        Some(user) => until_asked(store.rebuild_user(user)).await.map(|()| 1)?,
        None => until_asked(store.rebuild(all, bar())).await?,
    };
    store.close().await;
    let mut output = Output::new();
    output.line(format_args!("{rebuilt} people rebuilt"))?;
    output.finish()?;
    Ok(ExitCode::SUCCESS)
}
