//! One way of doing something, measured several times.

use crate::{Spent, median};

/// One run of one way.
#[derive(Debug, Clone, Copy)]
pub struct Run<W> {
    way: W,
    per_second: f64,
    cpu_per_100k: f64,
}

impl<W: Copy + PartialEq> Run<W> {
    /// A run that took this for so many events.
    #[must_use]
    pub fn of(way: W, spent: Spent, events: usize) -> Self {
        Self { way, per_second: spent.per_second(events), cpu_per_100k: spent.cpu_per_100k(events) }
    }

    /// The medians of a way: events a second, and seconds of the processor for 100,000. Not a number for a way that did not
    /// run, as when the command line names others only.
    #[must_use]
    pub fn medians(runs: &[Self], way: W) -> (f64, f64) {
        let figures = |figure: fn(&Self) -> f64| runs.iter().filter(|run| run.way == way).map(figure).collect();
        (median(figures(|run| run.per_second)), median(figures(|run| run.cpu_per_100k)))
    }
}
