//! `workout store erase-user`

use std::process::ExitCode;

use clap::Args;

use super::person::One;
use super::place::{Place, failure};
use crate::failure::Failure;
use crate::output::Output;

/// The arguments of `workout store erase-user`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    whom: One,
    /// Confirms that everything of this person is to be gone.
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    place: Place,
}

pub(super) async fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    let Arguments { whom, yes, place } = arguments;
    let store = place.open().await?;
    let lifetime = store.reader().lifetime(whom.user).await.map_err(|error| failure(&error))?;
    let (workouts, user) = (lifetime.value.sums.workouts, whom.user);
    if !yes {
        store.close().await;
        return Err(Failure::new(format!(
            "this erases {workouts} workouts and everything else of {user}, for good: give --yes to do so"
        )));
    }
    let erased = store.erase_user(user).await.map_err(|error| failure(&error))?;
    store.close().await;
    let mut output = Output::new();
    if erased {
        output.line(format_args!("{user} is erased, with {workouts} workouts; old events bring nothing back"))?;
    } else {
        output.line(format_args!("{user} was erased before"))?;
    }
    output.finish()?;
    Ok(ExitCode::SUCCESS)
}
