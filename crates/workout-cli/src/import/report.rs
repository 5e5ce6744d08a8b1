//! What became of the workouts of a file.

use std::time::Instant;

use serde::Serialize;

use crate::output::say;

/// How many lines are told on standard error.
const TOLD: usize = 20;

/// The report, as `--json` prints it. The four counts add up to the workouts of the file, unless the import ended early.
#[derive(Debug, Default, Serialize)]
pub(super) struct Report {
    pub(super) created: u32,
    pub(super) updated: u32,
    pub(super) duplicate: u32,
    pub(super) rejected: u32,
    rejections: Vec<Told>,
    /// What somebody may want to know of workouts that were taken.
    remarks: Vec<Told>,
    pub(super) interrupted: bool,
    seconds: f64,
}

#[derive(Debug, Serialize)]
struct Told {
    line: u64,
    reason: String,
}

impl Report {
    pub(super) fn reject(&mut self, line: u64, reason: &impl ToString) {
        self.rejected += 1;
        self.rejections.push(Told { line, reason: reason.to_string() });
    }

    pub(super) fn remark(&mut self, line: u64, reason: &str) {
        self.remarks.push(Told { line, reason: reason.to_owned() });
    }

    /// Tells what somebody may have to mend.
    pub(super) fn finish(&mut self, since: Instant) {
        self.seconds = (since.elapsed().as_secs_f64() * 1_000.0).round() / 1_000.0;
        self.rejections.sort_by_key(|rejection| rejection.line);
        let rejected = self.rejections.iter().map(|it| format!("line {}: rejected: {}", it.line, it.reason));
        let remarks = self.remarks.iter().map(|it| format!("line {}: {}", it.line, it.reason));
        let mut told = rejected.chain(remarks);
        told.by_ref().take(TOLD).for_each(say);
        match told.count() {
            0 => {}
            more => say(format_args!("and {more} more lines; --json lists them all")),
        }
    }

    pub(super) fn is_complete(&self) -> bool {
        self.rejected == 0 && !self.interrupted
    }

    pub(super) fn text(&self, is_rehearsal: bool) -> String {
        let Self { created, updated, duplicate, rejected, seconds, .. } = self;
        let would = if is_rehearsal { "; nothing was changed" } else { "" };
        format!(
            "{created} created, {updated} updated, {duplicate} duplicate, {rejected} rejected in {seconds} s{would}"
        )
    }
}
