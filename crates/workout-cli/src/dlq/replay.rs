//! `workout dlq replay`

use std::io;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde_json::json;
use workout_consumer::dead_letters::{Progress, Replay};
use workout_consumer::{DeadLetter, DeadLetters};
use workout_events::{Accepted, DecodeError};

use crate::amqp::Amqp;
use crate::dlq::edit;
use crate::dlq::line::printable;
use crate::dlq::meant::{Meant, QueueName};
use crate::dlq::site::{Site, Stop, remind};
use crate::dlq::tally::{self, Tally};
use crate::failure::Failure;
use crate::output::{Output, say};
use crate::reading::Reading;

/// The arguments of `workout dlq replay`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    queue: QueueName,
    /// Confirms that the letters are to be published again.
    #[arg(long)]
    yes: bool,
    /// Says of each letter whether a reader of the contract would accept it, and changes nothing.
    #[arg(long)]
    dry_run: bool,
    /// Replays the letters of this file and no others, each with the body that it has there.
    #[arg(long, value_name = "FILE")]
    edit: Option<PathBuf>,
    /// Not more than so many in a second: 50/s.
    #[arg(long, value_name = "N/s", value_parser = rate)]
    rate: Option<NonZeroU32>,
    /// Ends after so many that could not be published.
    #[arg(long, value_name = "N", default_value = "10")]
    max_failures: NonZeroU32,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    reading: Reading,
    #[command(flatten)]
    meant: Meant,
    #[command(flatten)]
    amqp: Amqp,
}

pub(super) async fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    if !arguments.yes && !arguments.dry_run {
        let mend = "a replay publishes messages again: give --yes to do so, or --dry-run to see what would happen";
        return Err(Failure::new(mend));
    }
    let Arguments { queue, dry_run, edit, rate, max_failures, json, meant, reading, amqp, .. } = arguments;
    let registry = reading.registry();
    let mut replay = Replay::of(meant.filter()).max_failures(max_failures);
    replay = rate.into_iter().fold(replay, Replay::per_second);
    let mut edited = None;
    if let Some(path) = edit {
        let Some(edits) = edit::read(&path, &registry)? else { return Ok(ExitCode::FAILURE) };
        edited = Some(edits.len());
        replay = replay.edits(edits);
    }

    let mut site = Site::open(&amqp, &queue).await?;
    let mut output = Output::new();
    let (report, refused) = if dry_run {
        let mut rehearsal = Rehearsal { output: &mut output, json, refused: 0, written: Ok(()) };
        let each = |letter: &DeadLetter, said| rehearsal.tell(letter, &said);
        let registry = &registry;
        let rehearse =
            |dead: DeadLetters, stop: Stop| async move { dead.rehearse(replay, registry, stop.asked(), each).await };
        let report = site.until_asked(rehearse).await?;
        let refused = rehearsal.refused;
        rehearsal.written?;
        output.finish()?;
        say(format_args!("{} would be accepted, {refused} refused; nothing was changed", report.meant - refused));
        (report, refused)
    } else {
        let mut tally = Tally::new();
        let each = |progress: Progress<'_>| tally.take(&progress);
        let replay = |dead: DeadLetters, stop: Stop| async move { dead.replay(replay, stop.asked(), each).await };
        let report = site.until_asked(replay).await?;
        let took = tally.finish();
        if json {
            output.json(&tally::summary(&report, "replayed", took))?;
        } else {
            output.line(tally::text(&report, "replayed", took))?;
        }
        output.finish()?;
        (report, 0)
    };
    site.close().await;
    remind(&report);
    let missing = edited.map_or(0, |edited| edited as u64 - report.meant.min(edited as u64));
    if missing > 0 {
        say(format_args!("{missing} letters of the file are not there any more, or not meant"));
    }
    let all = report.is_complete() && refused == 0 && missing == 0;
    match tally::failure(report) {
        Some(failure) => Err(failure),
        None => Ok(ExitCode::from(u8::from(!all))),
    }
}

/// What a reader would say.
struct Rehearsal<'o> {
    output: &'o mut Output,
    json: bool,
    refused: u64,
    written: io::Result<()>,
}

impl Rehearsal<'_> {
    fn tell(&mut self, letter: &DeadLetter, said: &Result<Accepted, DecodeError>) {
        self.refused += u64::from(said.is_err());
        let line = self.line(letter, said.as_ref().err());
        if self.written.is_ok() {
            self.written = self.output.line(line);
        }
    }

    fn line(&self, letter: &DeadLetter, refused: Option<&DecodeError>) -> String {
        let would = if refused.is_some() { "refused" } else { "accepted" };
        let violations = refused.map(|error| error.violations().as_slice()).unwrap_or_default();
        let DeadLetter { key, id, event_type, .. } = letter;
        if self.json {
            let key = key.to_string();
            return json!({ "key": key, "id": id, "type": event_type, "would": would, "violations": violations })
                .to_string();
        }
        let id = id.clone().unwrap_or_else(|| key.to_string());
        let event_type = event_type.as_deref().unwrap_or("-");
        let first = refused.map(|error| format!("  {}", error.violations())).unwrap_or_default();
        printable(&format!("{would:8}  {event_type:22}  {id}{first}"))
    }
}

fn rate(text: &str) -> Result<NonZeroU32, String> {
    let number = text.strip_suffix("/s").unwrap_or(text);
    number.parse().map_err(|_| "a rate is a number of letters in a second, at least 1: 50/s".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_at_least_one_a_second() {
        #[track_caller]
        fn check(text: &str, want: Option<u32>) {
            assert_eq!(rate(text).ok().map(NonZeroU32::get), want, "{text}");
        }
        check("50/s", Some(50));
        check("50", Some(50));
        for wrong in ["", "/s", "0", "0/s", "-1", "50/m", "5.5/s", "99999999999"] {
            check(wrong, None);
        }
    }
}
