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

impl Spent {
    /// Prints what so many events took; the last line is the result.
    pub(crate) fn print(&self, events: u64) {
        let seconds = self.elapsed.as_secs_f64();
        print!("{seconds:.3} s");
        if let Some(cpu) = self.cpu {
            print!(", {:.2} s CPU per 100k events", cpu.as_secs_f64() * 100_000.0 / figure(events.max(1)));
        }
        println!();
        println!("RESULT {:.0}", figure(events) / seconds);
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of events are far below 2^52")]
fn figure(events: u64) -> f64 {
    events as f64
}

/// From Linux, in its unit of 10 ms.
fn cpu() -> Option<Duration> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // The name of the process stands in parentheses and may hold anything.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let (user, system): (u64, u64) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    Some(Duration::from_millis((user + system) * 10))
}

/// The memory of this process that is in use, in megabytes, where the system tells.
pub(crate) fn resident() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().trim_end_matches("kB").trim().parse::<u64>().ok()? / 1024)
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
