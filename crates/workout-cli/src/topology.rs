//! `workout topology ...`

use std::process::ExitCode;

use clap::Subcommand;

use crate::amqp::{self, Amqp};
use crate::failure::Failure;

/// The subcommands of `workout topology`.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Declares what is missing. Repeating it changes nothing.
    #[command(after_help = "\
Example:
  workout topology apply --amqp amqp://guest:guest@localhost/%2f

Exit codes: 0 all is there, 2 the broker does not answer or refuses.")]
    Apply {
        #[command(flatten)]
        amqp: Amqp,
    },
}

pub(crate) fn run(command: &Command) -> Result<ExitCode, Failure> {
    amqp::run(async {
        match command {
            Command::Apply { amqp } => apply(amqp).await,
        }
    })
}

/// Connecting declares the exchanges.
async fn apply(amqp: &Amqp) -> Result<ExitCode, Failure> {
    let broker = amqp.connect().await?;
    broker.close().await.map_err(|error| amqp::failure(&error))?;
    Ok(ExitCode::SUCCESS)
}
