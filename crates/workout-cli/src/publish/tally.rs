//! What became of the lines: counted, and told as far as anybody reads it.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use indicatif::ProgressBar;
use serde::Serialize;
use serde_json::{Value, json};
use workout_events::{DecodeError, EventId};
use workout_publisher::{Outcome, PublishError};

use crate::failure::{Failure, with_causes};
use crate::output::say;

/// How many lines are told on standard error.
const TOLD: u64 = 20;

/// How often the bar learns how many are confirmed.
const SHOWN_EVERY: u64 = 256;

/// How many violations of one line are told there.
const VIOLATIONS: usize = 5;

/// The counts, as `--json` prints them.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Summary {
    pub(crate) confirmed: u64,
    returned: u64,
    nacked: u64,
    unknown: u64,
    invalid: u64,
    pub(crate) seconds: f64,
}

impl Summary {
    pub(crate) fn all_confirmed(&self) -> bool {
        self.returned + self.nacked + self.unknown + self.invalid == 0
    }

    pub(crate) fn text(&self) -> String {
        let Self { confirmed, returned, nacked, unknown, invalid, seconds } = self;
        let problems = format!("{returned} returned, {nacked} nacked, {unknown} unknown, {invalid} invalid");
        format!("{confirmed} confirmed, {problems} in {seconds} s")
    }
}

/// Counts lines, and tells which were not confirmed.
pub(crate) struct Tally {
    pub(crate) summary: Summary,
    pub(crate) progress: ProgressBar,
    report: Option<(PathBuf, BufWriter<File>)>,
    told: u64,
}

impl Tally {
    /// Everything that is not confirmed also goes to this file, one JSON object a line.
    pub(crate) fn new(progress: ProgressBar, report: Option<&Path>) -> Result<Self, Failure> {
        let create = |path: &Path| {
            let file = File::create(path).map_err(|cause| Failure::at(path, cause))?;
            Ok::<_, Failure>((path.to_owned(), BufWriter::new(file)))
        };
        Ok(Self { summary: Summary::default(), progress, report: report.map(create).transpose()?, told: 0 })
    }

    /// A line that is no event.
    pub(super) fn invalid(&mut self, line: u64, error: &DecodeError) -> Result<(), Failure> {
        self.summary.invalid += 1;
        let violations = error.violations().as_slice();
        self.write(|| json!({ "line": line, "outcome": "invalid", "violations": violations }))?;
        self.tell(|| {
            let mut text: Vec<_> =
                violations.iter().take(VIOLATIONS).map(|violation| format!("line {line}: {violation}")).collect();
            if violations.len() > VIOLATIONS {
                text.push(format!("line {line}: and {} more", violations.len() - VIOLATIONS));
            }
            text.join("\n")
        });
        Ok(())
    }

    /// An event of which something is known now.
    pub(crate) fn outcome(
        &mut self,
        line: u64,
        id: EventId,
        outcome: &Result<Outcome, PublishError>,
    ) -> Result<(), Failure> {
        let summary = &mut self.summary;
        let (count, word) = match outcome {
            Ok(Outcome::Confirmed) => (&mut summary.confirmed, "confirmed"),
            Ok(Outcome::Returned) => (&mut summary.returned, "returned"),
            // Like an event that a queue refused, one that was never written is certainly missing.
            Ok(Outcome::Nacked) | Err(_) => (&mut summary.nacked, "nacked"),
            Ok(_) => (&mut summary.unknown, "unknown"),
        };
        *count += 1;
        if matches!(outcome, Ok(Outcome::Confirmed)) {
            if count.is_multiple_of(SHOWN_EVERY) && !self.progress.is_hidden() {
                self.progress.set_message(format!("{count} confirmed"));
            }
            return Ok(());
        }
        let reason = outcome.as_ref().err().map(|error| with_causes(error));
        self.write(|| match &reason {
            None => json!({ "line": line, "id": id, "outcome": word }),
            Some(reason) => json!({ "line": line, "id": id, "outcome": word, "reason": reason }),
        })?;
        self.tell(|| match &reason {
            None => format!("line {line}: {word} {id}"),
            Some(reason) => format!("line {line}: {word} {id}: {reason}"),
        });
        Ok(())
    }

    /// Ends the bar and the report. What nobody waited for is unknown.
    pub(crate) fn finish(mut self, left: usize, elapsed: Duration) -> Result<Summary, Failure> {
        self.progress.finish_and_clear();
        if let Some((path, mut report)) = self.report.take() {
            report.flush().map_err(|cause| Failure::at(&path, cause))?;
        }
        if self.told > TOLD {
            say(format_args!("and {} more lines; --report FILE lists them all", self.told - TOLD));
        }
        self.summary.unknown += left as u64;
        self.summary.seconds = (elapsed.as_secs_f64() * 1_000.0).round() / 1_000.0;
        Ok(self.summary)
    }

    fn write(&mut self, entry: impl FnOnce() -> Value) -> Result<(), Failure> {
        let Some((path, report)) = &mut self.report else { return Ok(()) };
        writeln!(report, "{}", entry()).map_err(|cause| Failure::at(path, cause))
    }

    fn tell(&mut self, text: impl FnOnce() -> String) {
        self.told += 1;
        if self.told <= TOLD {
            self.progress.suspend(|| say(text()));
        }
    }
}
