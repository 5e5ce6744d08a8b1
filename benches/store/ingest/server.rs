//! What the server spends.

use std::fs;

use sqlx::postgres::PgPool;
use workout_benches::{Failure, Run, figure, median};

/// A way to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Way {
    ByHand,
    /// In so many transactions at the same time.
    Ours(usize),
}

impl Way {
    /// In turns, so that what fills up in the meantime is nobody's advantage.
    pub(crate) fn turns(writers: usize, round: usize) -> [Self; 3] {
        let mut ways = [Self::ByHand, Self::Ours(1), Self::Ours(writers)];
        ways.rotate_left(round % 3);
        ways
    }
}

/// Seconds on the processors, by the processes that serve connections to this database. Zero where they are not on this
/// machine.
pub(crate) async fn cpu(pool: &PgPool) -> Result<f64, Failure> {
    let pids: Vec<i32> = sqlx::query_scalar(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'",
    )
    .fetch_all(pool)
    .await?;
    let spent = |pid: &i32| {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let ticks =
            stat.rsplit_once(')')?.1.split_whitespace().skip(11).take(2).flat_map(str::parse::<u32>).sum::<u32>();
        Some(f64::from(ticks) / 100.0)
    };
    Ok(pids.iter().filter_map(spent).sum())
}

/// Prints the medians of all ways, and the ratios.
pub(crate) fn report(what: &str, runs: &[Run<Way>], server: &[(Way, f64)], events: usize) {
    let limit = Run::medians(runs, Way::ByHand).0;
    let mut ways: Vec<_> = server.iter().map(|(way, _)| *way).collect();
    ways.sort_unstable();
    ways.dedup();
    for way in ways {
        let name = match way {
            Way::ByHand => "by hand, one projection".to_owned(),
            Way::Ours(writers) => format!("ours, {writers} at once"),
        };
        let (rate, client) = Run::medians(runs, way);
        let spent = server.iter().filter(|(other, _)| *other == way).map(|(_, spent)| *spent).collect();
        let server = median(spent) * 100_000.0 / figure(events);
        let ratio = rate / limit;
        println!("  {what:24} {name:24} {rate:>7.0}/s  RATIO {ratio:.2}  CPU s per 100k: {client:.2} + {server:.2}");
    }
}
