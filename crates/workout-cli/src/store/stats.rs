//! `workout store stats`

use std::process::ExitCode;

use clap::Args;
use serde::Serialize;
use stats_store::{AsOf, Day, Figures, StatsReader};
use workout_events::UserId;
use workout_events::jiff::{Timestamp, ToSpan, tz::TimeZone};

use super::person::One;
use super::place::{Place, failure};
use super::summary;
use crate::failure::Failure;
use crate::output::Output;

/// The arguments of `workout store stats`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    whom: One,
    /// The day that streaks are counted to, as in 2026-03-28; without it the one that it is where the person lives.
    #[arg(long, value_name = "DAY")]
    today: Option<Day>,
    /// Prints everything as one JSON object.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Place,
}

/// Everything, and which moment it is of.
#[derive(Serialize)]
struct Everything {
    user_id: UserId,
    as_of: AsOf,
    #[serde(flatten)]
    figures: Figures,
}

pub(super) async fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    let Arguments { whom: One { user }, today, json, place } = arguments;
    let store = place.open().await?;
    let reader = store.reader();
    let today = match today {
        Some(today) => today,
        None => here(&*reader, user).await?,
    };
    let answer = reader.figures(user, today).await.map_err(|error| failure(&error))?;
    store.close().await;
    let is_known = answer.as_of.version > 0;
    let mut output = Output::new();
    if json {
        output.json(&Everything { user_id: user, as_of: answer.as_of, figures: answer.value })?;
    } else {
        for line in summary::lines(&answer) {
            output.line(line)?;
        }
    }
    output.finish()?;
    Ok(ExitCode::from(u8::from(!is_known)))
}

/// Which day it is where the person lives, as far as that is known, and when that person's day begins.
async fn here(reader: &(dyn StatsReader + '_), user: UserId) -> Result<Day, Failure> {
    let lifetime = reader.lifetime(user).await.map_err(|error| failure(&error))?;
    let preferences = lifetime.value.preferences;
    let zone = preferences.time_zone.map_or_else(TimeZone::system, |zone| zone.zone().clone());
    let now = Timestamp::now().to_zoned(zone).datetime();
    Ok(Day::new(now.saturating_sub(i64::from(preferences.day_start_hour).hours()).date()))
}
