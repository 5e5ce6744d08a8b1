//! `workout dlq drop`

use std::process::ExitCode;

use clap::Args;
use workout_consumer::DeadLetters;
use workout_consumer::dead_letters::Progress;

use crate::amqp::Amqp;
use crate::dlq::meant::{Meant, QueueName};
use crate::dlq::site::{Site, Stop, remind};
use crate::dlq::tally::{self, Tally};
use crate::failure::Failure;
use crate::output::Output;

/// The arguments of `workout dlq drop`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    queue: QueueName,
    /// Confirms that the letters are to be gone.
    #[arg(long)]
    yes: bool,
    /// Prints the summary as one JSON object.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    meant: Meant,
    #[command(flatten)]
    amqp: Amqp,
}

pub(super) async fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    let Arguments { queue, yes, json, meant, amqp } = arguments;
    if !yes {
        return Err(Failure::new("what is dropped is gone for good: give --yes to do so; `workout dlq list` shows it"));
    }
    let filter = meant.filter();
    let mut site = Site::open(&amqp, &queue).await?;
    let mut tally = Tally::new();
    let each = |progress: Progress<'_>| tally.take(&progress);
    let discard = |dead: DeadLetters, stop: Stop| async move { dead.discard(filter, stop.asked(), each).await };
    let report = site.until_asked(discard).await?;
    let took = tally.finish();
    let mut output = Output::new();
    if json {
        output.json(&tally::summary(&report, "dropped", took))?;
    } else {
        output.line(tally::text(&report, "dropped", took))?;
    }
    output.finish()?;
    site.close().await;
    remind(&report);
    let all = report.is_complete();
    match tally::failure(report) {
        Some(failure) => Err(failure),
        None => Ok(ExitCode::from(u8::from(!all))),
    }
}
