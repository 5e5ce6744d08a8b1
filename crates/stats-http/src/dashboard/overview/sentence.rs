//! One sentence about now.

use maud::{Markup, html};
use stats_store::{Days, Goal, GoalStanding};
use workout_events::types::goal::{GoalMetric, GoalPeriod};
use workout_events::types::record::RecordKind;

use super::read::Overview;
use crate::dashboard::figure::Figure;
use crate::dashboard::format::{self, Amount, duration};
use crate::dashboard::page::records::name;
use crate::dashboard::visit::Visit;

pub(super) fn sentence(visit: &Visit, overview: &Overview) -> Markup {
    let week = overview.this_week();
    let sums = overview.sum(week);
    let workouts = match wanted(overview) {
        Some(target) => format!("{} of {}", sums.workouts, Amount::Workouts(target).words(visit.site.viewer.units)),
        None => Amount::Workouts(sums.workouts).words(visit.site.viewer.units),
    };
    html! {
        h1 class="now" {
            @if sums.workouts == 0 {
                "No workout yet this week"
                @if let Some(last) = &overview.last { ", the last one was " (ago(overview, last.brief.day)) }
            } @else {
                a class="plain" href=(visit.why(Figure::Workouts, week)) { (workouts) " this week" }
                ", " (duration(sums.duration_s))
            }
            @if let Some(best) = best(overview, week) { ", " strong class="record" { (best) } }
            "."
        }
        p class="quiet" { (today(overview)) }
    }
}

/// How many workouts a goal asks for this week.
fn wanted(overview: &Overview) -> Option<i64> {
    let is_of_weeks = |goal: &Goal| {
        let of_all = goal.activity_type.is_none() && goal.exercise_id.is_none() && goal.cancelled_on.is_none();
        of_all && (goal.metric, goal.period) == (GoalMetric::Workouts, GoalPeriod::Weekly)
    };
    let now = |standing: &&GoalStanding| is_of_weeks(&standing.goal) && standing.days == overview.this_week();
    overview.goals.iter().find(now).map(|standing| standing.goal.target)
}

/// What was beaten this week: a lift before a number of repetitions.
fn best(overview: &Overview, week: Days) -> Option<String> {
    let recent = || overview.records.iter().filter(|record| week.has(record.day));
    let lift = recent().find(|record| matches!(record.kind, RecordKind::HeaviestLoadG | RecordKind::E1rmG));
    let best = lift.or_else(|| recent().next())?;
    Some(match best.kind {
        RecordKind::LongestDistanceM | RecordKind::LongestDurationS => {
            format!("longest {} yet", name(&best.of).to_lowercase())
        }
        RecordKind::MostElevationM => format!("most climbing in {} yet", name(&best.of).to_lowercase()),
        _ => format!("best {} yet", name(&best.of).to_lowercase()),
    })
}

/// Whether today counted, and since when it goes on.
fn today(overview: &Overview) -> String {
    let today = overview.sum(Days::new(overview.today, overview.today));
    let done = if today.workouts > 0 { "Today counts" } else { "Nothing yet today" };
    match (overview.streaks.weeks.length, overview.streaks.days.length) {
        (0 | 1, 0 | 1) => format!("{done}."),
        (0 | 1, days) => format!("{done}; {days} days in a row."),
        (weeks, 0 | 1) => format!("{done}; {weeks} weeks in a row."),
        (weeks, days) => format!("{done}; {days} days and {weeks} weeks in a row."),
    }
}

fn ago(overview: &Overview, day: stats_store::Day) -> String {
    match overview.today.since(day) {
        0 => "today".to_owned(),
        1 => "yesterday".to_owned(),
        days @ 2..=30 => format!("{days} days ago"),
        _ => format!("on {}", format::day_with_year(day)),
    }
}
