//! A goal as a bar: how far it has come, and where it is heading.

use maud::{Markup, html};
use stats_store::{Day, Goal, GoalStanding, GoalStatus};
use workout_events::types::goal::{GoalMetric, GoalPeriod};

use super::chart::meter;
use super::format::{self, Amount, Units, duration, grouped, real};
use super::visit::Visit;

/// What the person calls it, else what it asks for.
pub(crate) fn name(goal: &Goal, units: Units) -> String {
    goal.title.clone().unwrap_or_else(|| asked(goal, units))
}

/// `4 workouts a week`, `100 km of running a month`.
pub(crate) fn asked(goal: &Goal, units: Units) -> String {
    let target = words(goal.metric, goal.target, units);
    let of = match (goal.exercise_id.as_deref(), goal.activity_type) {
        (Some(exercise), _) => format!(" of {}", format::exercise(exercise).to_lowercase()),
        (None, Some(activity)) => format!(" of {}", format::activity(activity).to_lowercase()),
        (None, None) => String::new(),
    };
    let period = match goal.period {
        GoalPeriod::Daily => " a day",
        GoalPeriod::Weekly => " a week",
        GoalPeriod::Monthly => " a month",
        GoalPeriod::Yearly => " a year",
        _ => "",
    };
    format!("{target}{of}{period}")
}

/// A value of this metric, bare where the name of the goal says what it is.
pub(crate) fn value(metric: GoalMetric, value: i64, units: Units) -> String {
    match metric {
        GoalMetric::DurationS => duration(value),
        GoalMetric::EnergyKcal => Amount::EnergyKcal(Some(value)).text(units),
        GoalMetric::DistanceM => units.distance(value),
        GoalMetric::ElevationGainM => units.climb(value),
        GoalMetric::VolumeG => units.volume(value),
        GoalMetric::E1rmG => units.load(value),
        _ => grouped(value),
    }
}

fn words(metric: GoalMetric, of: i64, units: Units) -> String {
    match metric {
        GoalMetric::Workouts => Amount::Workouts(of).words(units),
        GoalMetric::StreakDays => format!("{} days in a row", grouped(of)),
        GoalMetric::E1rmG => format!("an estimated max of {}", units.load(of)),
        GoalMetric::ElevationGainM => format!("{} of climbing", units.climb(of)),
        _ => value(metric, of, units),
    }
}

/// A line of a list of goals, with the address where it is changed.
pub(crate) fn line(visit: &Visit, standing: &GoalStanding, today: Day, change: Option<&str>) -> Markup {
    let (goal, units) = (&standing.goal, visit.site.viewer.units);
    let share = |of: i64| real(of) / real(goal.target.max(1));
    let reached = standing.status == GoalStatus::Achieved;
    html! {
        li {
            div class="row" {
                strong { (name(goal, units)) }
                span class="value" {
                    (value(goal.metric, standing.value, units)) " of " (value(goal.metric, goal.target, units))
                }
            }
            (meter(share(standing.value), standing.forecast.filter(|_| !reached).map(share), reached))
            div class="row" {
                p class=(if reached { "record" } else { "quiet" }) { (how(standing, units, today)) }
                @if let Some(change) = change { a class="change" href=(change) aria-label={ "Change: " (name(goal, units)) } { "Change" } }
            }
            @if goal.title.is_some() { p class="quiet" { (asked(goal, units)) } }
        }
    }
}

/// How it stands, and what is left.
fn how(standing: &GoalStanding, units: Units, today: Day) -> String {
    let heading =
        standing.forecast.map(|forecast| format!(", heading for {}", value(standing.goal.metric, forecast, units)));
    let heading = heading.unwrap_or_default();
    let left = match standing.days.last.since(today) {
        days @ 2..1_000 => format!(", {days} days left"),
        1 => ", a day left".to_owned(),
        0 => ", today is the last day".to_owned(),
        _ => String::new(),
    };
    match standing.status {
        GoalStatus::Achieved if standing.achieved_times > 1 => {
            format!("Reached, for the {} time", ordinal(standing.achieved_times))
        }
        GoalStatus::Achieved => "Reached".to_owned(),
        GoalStatus::OnTrack => format!("On track{heading}{left}"),
        GoalStatus::AtRisk => format!("At risk{heading}{left}"),
        GoalStatus::Upcoming => format!("Begins {}", format::day(standing.days.first, today)),
        GoalStatus::Missed => format!("Missed, it was due {}", format::day(standing.days.last, today)),
        GoalStatus::Cancelled => "Given up".to_owned(),
        _ => String::new(),
    }
}

fn ordinal(number: usize) -> String {
    let ending = match (number % 10, number % 100) {
        (1, 11) | (2, 12) | (3, 13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_counted_as_people_say_them() {
        let said = [1, 2, 3, 4, 11, 12, 21, 103, 112].map(ordinal);
        assert_eq!(said, ["1st", "2nd", "3rd", "4th", "11th", "12th", "21st", "103rd", "112th"]);
    }
}
