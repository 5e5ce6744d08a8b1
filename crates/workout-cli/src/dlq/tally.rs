//! What became of letters: counted, and told as far as anybody reads it.

use std::time::{Duration, Instant};

use indicatif::ProgressBar;
use serde_json::{Value, json};
use workout_consumer::dead_letters::{End, Progress, Report};

use crate::amqp;
use crate::dlq::line::printable;
use crate::failure::{Failure, with_causes};
use crate::output::say;
use crate::progress;

/// How many failures are told on standard error.
const TOLD: u64 = 20;

/// Watches letters being replayed or thrown away.
pub(super) struct Tally {
    bar: Option<ProgressBar>,
    failed: u64,
    began: Instant,
}

impl Tally {
    pub(super) fn new() -> Self {
        Self { bar: None, failed: 0, began: Instant::now() }
    }

    pub(super) fn take(&mut self, progress: &Progress<'_>) {
        match progress {
            Progress::Seen { seen, waiting, .. } => {
                self.bar.get_or_insert_with(|| progress::count(*waiting)).set_position(*seen);
            }
            Progress::Failed(letter, why) => {
                self.failed += 1;
                if self.failed <= TOLD {
                    let id = letter.id.as_deref().map_or_else(|| letter.key.to_string(), printable);
                    let text = format!("{id} stays: {}", with_causes(why));
                    match &self.bar {
                        Some(bar) => bar.suspend(|| say(text)),
                        None => say(text),
                    }
                }
            }
            _ => {}
        }
    }

    /// Ends the bar; how long it took.
    pub(super) fn finish(self) -> Duration {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
        if self.failed > TOLD {
            say(format_args!("and {} more", self.failed - TOLD));
        }
        self.began.elapsed()
    }
}

/// The summary as an object; `done` is what was done to the letters.
pub(super) fn summary(report: &Report, done: &str, took: Duration) -> Value {
    let Report { waiting, seen, meant, failed, undated, end, .. } = report;
    let end = match end {
        End::Complete => "complete",
        End::Asked => "interrupted",
        End::Failures => "failures",
        End::Limit => "limit",
        End::Lost(_) => "lost",
        _ => "other",
    };
    let seconds = (took.as_secs_f64() * 1_000.0).round() / 1_000.0;
    json!({
        done: report.done, "failed": failed, "meant": meant, "seen": seen, "waiting": waiting, "undated": undated,
        "end": end, "seconds": seconds,
    })
}

/// The same in a sentence.
pub(super) fn text(report: &Report, done: &str, took: Duration) -> String {
    let Report { waiting, done: settled, failed, .. } = report;
    let seconds = (took.as_secs_f64() * 1_000.0).round() / 1_000.0;
    let others = waiting.saturating_sub(settled + failed);
    format!("{settled} {done}, {failed} failed, {others} others stay, in {seconds} s")
}

/// What ended it early, where that is not to be mended by the next letter.
pub(super) fn failure(report: Report) -> Option<Failure> {
    match report.end {
        End::Lost(error) => Some(amqp::failure(&error)),
        End::Failures if report.failed < report.meant => {
            say("ended after too many failures; what was not replayed stays");
            None
        }
        _ => None,
    }
}
