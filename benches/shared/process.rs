//! What this process takes of the machine, from `/proc`.

use std::fs;
use std::time::{Duration, Instant};

use crate::{Failure, figure};

/// Measures what happens between its making and its end.
#[derive(Debug)]
pub struct Clock {
    start: Instant,
    cpu: Duration,
}

/// What it measured, in seconds.
#[derive(Debug, Clone, Copy)]
pub struct Spent {
    /// On the clock.
    pub seconds: f64,
    /// On the processors, by all threads of this process.
    pub cpu: f64,
}

impl Clock {
    /// Starts it.
    ///
    /// # Errors
    /// When the system does not tell.
    pub fn start() -> Result<Self, Failure> {
        Ok(Self { cpu: cpu()?, start: Instant::now() })
    }

    /// What has been spent since.
    ///
    /// # Errors
    /// When the system does not tell.
    pub fn stop(self) -> Result<Spent, Failure> {
        let seconds = self.start.elapsed().as_secs_f64();
        Ok(Spent { seconds, cpu: cpu()?.saturating_sub(self.cpu).as_secs_f64() })
    }
}

impl Spent {
    /// How many events per second that was.
    #[must_use]
    pub fn per_second(self, events: usize) -> f64 {
        figure(events) / self.seconds
    }

    /// What 100,000 of so many events took of the processors.
    #[must_use]
    pub fn cpu_per_100k(self, events: usize) -> f64 {
        self.cpu * 100_000.0 / figure(events)
    }
}

/// The time that this process has spent on the processors, in its unit of 10 ms.
fn cpu() -> Result<Duration, Failure> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    // The name of the process stands in parentheses and may hold anything.
    let after = stat.rsplit_once(')').ok_or("no stat")?.1;
    let ticks = after.split_whitespace().skip(11).take(2).map(str::parse::<u64>).sum::<Result<u64, _>>()?;
    Ok(Duration::from_millis(ticks * 10))
}

/// The memory of this process that is in use, in megabytes.
///
/// # Errors
/// When the system does not tell.
pub fn resident() -> Result<f64, Failure> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
    Ok(line.trim().trim_end_matches("kB").trim().parse::<f64>()? / 1024.0)
}
