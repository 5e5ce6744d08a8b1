//! Looking at dead letters.

use crate::dead_letters::filter::Match;
use crate::dead_letters::walk::Walk;
use crate::dead_letters::{DeadLetter, DeadLetterError, End, Filter, Report};

/// The dead letters that a [`Filter`] means, one after another. Made by [`DeadLetters::read`](crate::DeadLetters::read).
///
/// Nobody else sees those that were taken until it is closed or dropped.
#[derive(Debug)]
#[must_use = "nothing is read before `next`"]
pub struct Reading {
    walk: Walk,
    queue: String,
    filter: Filter,
    report: Report,
    ended: bool,
}

impl Reading {
    pub(super) fn new(walk: Walk, queue: &str, filter: Filter) -> Self {
        let report = Report::of(walk.waiting());
        Self { walk, queue: queue.to_owned(), filter, report, ended: false }
    }

    /// The next letter. `None` when there are no more of those that were there at the beginning, or no more may be held.
    ///
    /// Not cancel safe: whoever drops the future closes the reading.
    ///
    /// # Errors
    /// When the link is lost, or the queue is gone. There is nothing more to come after that.
    pub async fn next(&mut self) -> Option<Result<DeadLetter, DeadLetterError>> {
        while !self.ended {
            match self.walk.next().await {
                Ok(delivery) => {
                    self.report.seen += 1;
                    let letter = DeadLetter::of(&delivery, &self.queue);
                    if self.report.counts(self.filter.matches(&letter)) {
                        return Some(Ok(letter));
                    }
                }
                Err(End::Lost(error)) => {
                    self.ended = true;
                    return Some(Err(DeadLetterError::of(&self.queue, error)));
                }
                Err(end) => {
                    self.ended = true;
                    self.report.end = end;
                }
            }
        }
        None
    }

    /// How far it is: for a progress bar.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// Gives everything back, and says how much was seen. Dropped instead, it does so in no certain order.
    ///
    /// # Errors
    /// When the link is lost. The broker then gives back everything itself.
    pub async fn close(self) -> Result<Report, DeadLetterError> {
        let Self { walk, queue, mut report, ended, .. } = self;
        walk.close().await.map_err(|error| DeadLetterError::of(&queue, error))?;
        if !ended {
            report.end = End::Asked;
        }
        Ok(report)
    }
}

impl Report {
    /// Whether the letter is meant, which is counted.
    pub(super) fn counts(&mut self, said: Match) -> bool {
        self.meant += u64::from(said == Match::Yes);
        self.undated += u64::from(said == Match::Undated);
        said == Match::Yes
    }
}
