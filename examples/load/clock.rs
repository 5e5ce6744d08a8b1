//! Time that has passed, and time that the processors have spent on it.

use std::fs;
use std::time::{Duration, Instant};

/// Measures from its making to its end.
pub(crate) struct Clock {
    start: Instant,
    cpu: Option<Duration>,
}

/// What it measured.
pub(crate) struct Spent {
    pub(crate) elapsed: Duration,
    /// Of this process with all its threads, where the system tells.
    pub(crate) cpu: Option<Duration>,
}

impl Clock {
    pub(crate) fn start() -> Self {
        Self { cpu: cpu(), start: Instant::now() }
    }

    pub(crate) fn stop(self) -> Spent {
        let elapsed = self.start.elapsed();
        Spent { elapsed, cpu: cpu().zip(self.cpu).map(|(now, before)| now.saturating_sub(before)) }
    }
}

/// From Linux, in its unit of 10 ms.
fn cpu() -> Option<Duration> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // The name of the process stands in parentheses and may hold anything.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let (user, system): (u64, u64) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    Some(Duration::from_millis((user + system) * 10))
}

/// The duration that this share of them does not exceed. The durations come out sorted.
pub(crate) fn percentile(durations: &mut [Duration], percent: usize) -> Duration {
    durations.sort_unstable();
    let rank = (durations.len() * percent).div_ceil(100).max(1);
    durations.get(rank - 1).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_a_value_that_was_measured() {
        #[track_caller]
        fn check(durations: u64, percent: usize, want: u64) {
            let mut durations: Vec<_> = (1..=durations).rev().map(Duration::from_secs).collect();
            assert_eq!(percentile(&mut durations, percent), Duration::from_secs(want));
        }
        check(0, 50, 0);
        check(1, 99, 1);
        check(4, 50, 2);
        check(100, 99, 99);
        check(1_000, 99, 990);
    }
}
