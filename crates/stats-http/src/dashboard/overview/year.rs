//! A year as a heat map.

use maud::{Markup, html};
use stats_store::{Day, Days, Tally};

use super::read::Overview;
use crate::dashboard::chart::{Cell, heat_map, table};
use crate::dashboard::figure::Figure;
use crate::dashboard::format::{self, Amount, duration};
use crate::dashboard::visit::Visit;

pub(super) fn year(visit: &Visit, overview: &Overview) -> Markup {
    let days = overview.by_day();
    let workouts = |sums: &Tally| Amount::Workouts(sums.workouts).words(visit.site.viewer.units);
    let says = |day: Day, sums: &Tally| {
        format!("{}: {}, {}", format::day(day, overview.today), duration(sums.duration_s), workouts(sums))
    };
    let cells: Vec<_> =
        days.iter().map(|(day, sums)| Cell { day: *day, seconds: sums.duration_s, says: says(*day, sums) }).collect();
    let rows = days.iter().rev().map(|(day, sums)| {
        let href = visit.why(Figure::Time, Days::new(*day, *day));
        vec![
            html! { a href=(href) { (format::day(*day, overview.today)) } },
            html! { (duration(sums.duration_s)) },
            html! { (sums.workouts) },
        ]
    });
    let table = table("Days with training", &["Day", "Time", "Workouts"], rows);
    html! {
        section aria-labelledby="year-title" {
            h2 id="year-title" { "The year" small { (days.len()) " days with training" } }
            div class="card" { (heat_map(&cells, overview.today, overview.week_start, &table)) }
        }
    }
}
