//! `workout export`

mod file;
mod lines;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use stats_store::{Day, Days, StatsReader, WorkoutFilter};
use workout_events::UserId;
use workout_import::{DistanceUnit, Units, WeightUnit};

use self::file::Target;
use self::lines::Lines;
use crate::amqp::{self, Secret};
use crate::failure::Failure;
use crate::import::{distance, open_store, store_failure, weight};
use crate::output::say;
use crate::progress;

/// Whole workouts are long, so few of them are in memory.
const PAGE: u16 = 100;

/// The arguments of `workout export`.
#[derive(Debug, Args)]
#[command(after_help = "\
Writes the workouts that count, the last one first.

  jsonl   everything: feed it to `workout publish`, and an empty store has the same statistics. How the person \
counts days and weeks comes first
  hevy    what Hevy's columns have a place for
  strong  what Strong's columns have a place for, in the form of iOS

Importing an export again into the same store changes nothing. Texts that a spreadsheet would compute get an \
apostrophe, which an import takes away.

Examples:
  workout export jsonl --store sqlite://stats.db --user $U -o workouts.jsonl
  workout export hevy --store sqlite://stats.db --user $U --from 2026-01-01 --weight lb > workouts.csv

Exit codes: 0 all of it is written, 2 the store or the file cannot be used.")]
pub(crate) struct Arguments {
    /// What to write.
    format: Format,
    /// Whose workouts: a UUID.
    #[arg(long, value_name = "UUID")]
    user: UserId,
    /// The store to read: `postgres://...` or `sqlite://FILE`.
    #[arg(long, value_name = "URL", env = "WORKOUT_STORE", hide_env_values = true)]
    store: Secret,
    /// The first day, such as 2026-01-01, as the person counts days.
    #[arg(long, value_name = "DAY", value_parser = day)]
    from: Option<Day>,
    /// The last day.
    #[arg(long, value_name = "DAY", value_parser = day)]
    to: Option<Day>,
    /// Writes to this file, which appears when it is whole, instead of standard output.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The unit of weights, in CSV.
    #[arg(long, value_name = "kg|lb", default_value = "kg", value_parser = weight)]
    weight: WeightUnit,
    /// The unit of distances, in CSV.
    #[arg(long, value_name = "km|mi", default_value = "km", value_parser = distance)]
    distance: DistanceUnit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// CSV as Hevy writes it.
    Hevy,
    /// CSV as Strong writes it.
    Strong,
    /// Events, one a line.
    Jsonl,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let days = Days::new(arguments.from.unwrap_or(Day::MIN), arguments.to.unwrap_or(Day::MAX));
    if days.first > days.last {
        return Err(Failure::new("--from is later than --to"));
    }
    amqp::run(all(arguments, days))?;
    Ok(ExitCode::SUCCESS)
}

async fn all(arguments: &Arguments, days: Days) -> Result<(), Failure> {
    let store = open_store(&arguments.store, true).await?;
    let reader: &dyn StatsReader = &*store.reader();
    let lifetime = reader.lifetime(arguments.user).await.map_err(store_failure)?;
    let target = Target::open(arguments.output.as_deref())?;
    let units = Units { weight: arguments.weight, distance: arguments.distance };
    let mut lines = Lines::begin(arguments.format, units, target)?;
    lines.preferences(arguments.user, &lifetime)?;

    let bar = progress::count(u64::try_from(lifetime.value.sums.workouts).unwrap_or(0));
    let mut filter = WorkoutFilter::new(PAGE).days(days);
    let mut count = 0_u64;
    loop {
        let page = reader.whole_workouts(arguments.user, &filter).await.map_err(store_failure)?.value;
        let Some(last) = page.last() else { break };
        filter = filter.after(&last.brief);
        count += page.len() as u64;
        bar.inc(page.len() as u64);
        for whole in page {
            lines.workout(whole.data)?;
        }
    }
    bar.finish_and_clear();
    lines.finish()?;
    store.close().await;
    if let Some(file) = &arguments.output {
        say(format_args!("{count} workouts in {}", file.display()));
    }
    Ok(())
}

fn day(text: &str) -> Result<Day, String> {
    text.parse().map_err(|_| "a day is written 2026-03-28".to_owned())
}
