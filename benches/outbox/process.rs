//! What this process takes of the machine, from `/proc`.

use std::fs;
use std::time::{Duration, Instant};

use crate::Failure;

/// Measures what happens between its making and its end.
pub(crate) struct Clock {
    start: Instant,
    cpu: Duration,
}

impl Clock {
    pub(crate) fn start() -> Result<Self, Failure> {
        Ok(Self { cpu: cpu()?, start: Instant::now() })
    }

    /// Seconds on the clock, and on the processors.
    pub(crate) fn stop(self) -> Result<(f64, f64), Failure> {
        Ok((self.start.elapsed().as_secs_f64(), cpu()?.saturating_sub(self.cpu).as_secs_f64()))
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
pub(crate) fn resident() -> Result<f64, Failure> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
    Ok(line.trim().trim_end_matches("kB").trim().parse::<f64>()? / 1024.0)
}
