//! What is measured of a run, and how it is told.

use std::error::Error;
use std::fs;
use std::time::{Duration, Instant};

/// A way to publish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// The client library, as fast as it goes.
    Limit,
    /// The client library, as people use it.
    Loop,
    /// Our publisher, with so many callers.
    Ours(usize),
}

impl Way {
    fn name(self) -> String {
        match self {
            Self::Limit => "lapin, 64 polled together, window 1000 (the limit)".to_owned(),
            Self::Loop => "lapin, publish-await loop, window 1000 (what people write)".to_owned(),
            Self::Ours(1) => "workout-publisher, 1 task awaiting each".to_owned(),
            Self::Ours(tasks) => format!("workout-publisher, {tasks} tasks"),
        }
    }
}

/// One run of one way.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run {
    way: Way,
    per_second: f64,
    cpu_per_100k: f64,
}

/// Measures what happens between its making and its end.
pub(crate) struct Clock {
    start: Instant,
    cpu: Duration,
}

impl Clock {
    pub(crate) fn start() -> Result<Self, Box<dyn Error>> {
        Ok(Self { cpu: cpu()?, start: Instant::now() })
    }

    pub(crate) fn stop(self, way: Way, events: usize) -> Result<Run, Box<dyn Error>> {
        let elapsed = self.start.elapsed();
        let cpu = cpu()?.saturating_sub(self.cpu);
        let events = f64::from(u32::try_from(events)?);
        let per_second = events / elapsed.as_secs_f64();
        Ok(Run { way, per_second, cpu_per_100k: cpu.as_secs_f64() * 100_000.0 / events })
    }
}

/// The time that this process has spent on the processors, from `/proc`, in its unit of 10 ms.
fn cpu() -> Result<Duration, Box<dyn Error>> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    // The name of the process stands in parentheses and may hold anything.
    let after = stat.rsplit_once(')').ok_or("no stat")?.1;
    let ticks = after.split_whitespace().skip(11).take(2).map(str::parse::<u64>).sum::<Result<u64, _>>()?;
    Ok(Duration::from_millis(ticks * 10))
}

/// Prints the medians and their ratios to the limit.
pub(crate) fn report(ways: &[Way], runs: &[Run]) {
    let median_of = |way: Way, figure: fn(&Run) -> f64| {
        let mut figures: Vec<f64> = runs.iter().filter(|run| run.way == way).map(figure).collect();
        figures.sort_by(f64::total_cmp);
        figures[figures.len() / 2]
    };
    let limit = (median_of(Way::Limit, |run| run.per_second), median_of(Way::Limit, |run| run.cpu_per_100k));
    println!("{:60} {:>10} {:>7} {:>12} {:>7}", "way", "events/s", "ratio", "CPU s/100k", "ratio");
    for way in ways {
        let (rate, cpu) = (median_of(*way, |run| run.per_second), median_of(*way, |run| run.cpu_per_100k));
        println!("{:60} {rate:>10.0} {:>7.2} {cpu:>12.2} {:>7.2}", way.name(), rate / limit.0, cpu / limit.1.max(0.01));
    }
}
