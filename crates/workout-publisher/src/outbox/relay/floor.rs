//! Where to begin to look.
//!
//! `PostgreSQL` cannot clean up behind the oldest open transaction of anybody. What was sent since that one began stays in
//! the index of waiting rows, and a look from the beginning walks past all of it. So a look begins a little before what
//! was leased last. That is a hint and no cursor: what commits late, and what comes back for another attempt, may be
//! behind it, so that a full look from the beginning is never far away.

use std::time::{Duration, Instant};

/// How far behind the last leased row a look begins, in windows: what is overtaken by less is found at once.
const TRAIL: i64 = 2;

/// How many times as long as a full look took there is none: they take a twentieth of the time at most, and come a few
/// times a second while nothing is in their way.
const SPARE: u32 = 20;

/// What a relay remembers between two looks.
#[derive(Debug, Default)]
pub(super) struct Floor {
    seq: i64,
    full: Option<(Instant, Duration)>,
}

impl Floor {
    /// The sequence from which to look now; zero is a full look.
    pub(super) fn now(&self, now: Instant) -> i64 {
        match self.full {
            Some((at, took)) if now.duration_since(at) < took * SPARE => self.seq,
            _ => 0,
        }
    }

    /// Notes a look, what it took, and the sequence of the last row of the window that it found.
    pub(super) fn looked(&mut self, from: i64, began: Instant, took: Duration, last: Option<i64>, window: u32) {
        if from == 0 {
            self.full = Some((began, took));
        }
        if let Some(last) = last {
            self.seq = (last - TRAIL * i64::from(window)).max(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_from_the_beginning_is_never_far_away() {
        let (start, cheap, dear) = (Instant::now(), Duration::from_millis(1), Duration::from_millis(500));
        let mut floor = Floor::default();
        assert_eq!(floor.now(start), 0);
        floor.looked(0, start, cheap, Some(10_000), 500);
        assert_eq!(floor.now(start + cheap), 9_000);
        floor.looked(9_000, start + cheap, dear, Some(10_500), 500);
        assert_eq!(floor.now(start + cheap * 19), 9_500);
        assert_eq!(floor.now(start + cheap * 20), 0, "what a look near the end took does not count");

        floor.looked(0, start, dear, None, 500);
        assert_eq!(floor.now(start + dear * 19), 9_500);
        assert_eq!(floor.now(start + dear * 20), 0);
    }
}
