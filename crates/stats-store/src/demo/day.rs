//! A day of the plan, and when on it somebody trains.

use workout_events::jiff::civil::{Date, Weekday};
use workout_events::jiff::tz::TimeZone;
use workout_events::jiff::{ToSpan, Zoned};

use super::chance::Chance;

/// Where the person lives, and where the person is for a week in October.
const HOME: &str = "Europe/Berlin";
const AWAY: &str = "America/New_York";

/// What is planned for a day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Plan {
    Squat,
    Pull,
    Run,
    LongRun,
    Ride,
    Rest,
}

pub(super) fn plan(date: Date, chance: &mut Chance) -> Plan {
    let planned = match date.weekday() {
        Weekday::Monday | Weekday::Friday => Plan::Squat,
        Weekday::Wednesday => Plan::Pull,
        Weekday::Tuesday => Plan::Run,
        Weekday::Saturday => Plan::LongRun,
        Weekday::Sunday if chance.percent(45) => Plan::Ride,
        Weekday::Thursday | Weekday::Sunday => Plan::Rest,
    };
    if is_away_from_training(date) || chance.percent(18) { Plan::Rest } else { planned }
}

/// Two weeks on the beach every August, and the influenza of every other February.
fn is_away_from_training(date: Date) -> bool {
    let influenza = date.year() % 2 == 0 && date.month() == 2 && date.day() < 20;
    influenza || (date.month() == 8 && (4..=17).contains(&date.day()))
}

/// After work, and in the morning at weekends, by the clock of where the person is.
pub(super) fn start(date: Date, chance: &mut Chance) -> Option<Zoned> {
    let is_weekend = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
    let hour = if is_weekend { 9 } else { 18 };
    let is_away = date.month() == 10 && (6..=12).contains(&date.day());
    let zone = TimeZone::get(if is_away { AWAY } else { HOME }).ok()?;
    let at = date.at(hour, 0, 0, 0).to_zoned(zone).ok()?;
    at.checked_add(i64::from(chance.between(0, 55)).minutes()).ok()
}
