//! One chart over time: choose what, and how finely.

use maud::{Markup, html};
use serde::Deserialize;
use stats_store::{Day, Days, Period, Tally};

use super::read::Overview;
use crate::dashboard::chart::{Bar, Chart, bars, table};
use crate::dashboard::figure::Figure;
use crate::dashboard::format::{self, Units, real};
use crate::dashboard::visit::Visit;

/// As it stands in the address.
#[derive(Deserialize)]
pub(in crate::dashboard) struct Asked {
    measure: Option<String>,
    by: Option<String>,
}

/// What the chart shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Trend {
    figure: Figure,
    by: By,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Day,
    Week,
    Month,
}

const FIGURES: [Figure; 4] = [Figure::Time, Figure::Volume, Figure::Distance, Figure::Workouts];

impl By {
    const ALL: [Self; 3] = [Self::Day, Self::Week, Self::Month];

    fn key(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Day => "Day",
            Self::Week => "Week",
            Self::Month => "Month",
        }
    }

    /// How many of them fit, and how many there are at least.
    fn most_and_least(self) -> (usize, usize) {
        match self {
            Self::Day => (56, 28),
            Self::Week => (52, 12),
            Self::Month => (60, 12),
        }
    }
}

impl Trend {
    /// What is not understood is the default.
    pub(super) fn of(asked: &Asked) -> Self {
        let figure = asked.measure.as_deref().and_then(Figure::from_key).filter(|figure| FIGURES.contains(figure));
        let by = By::ALL.into_iter().find(|by| asked.by.as_deref() == Some(by.key()));
        Self { figure: figure.unwrap_or(Figure::Time), by: by.unwrap_or(By::Week) }
    }

    fn period(self, overview: &Overview) -> Period {
        match self.by {
            By::Day => Period::Day,
            By::Week => Period::Week(overview.week_start),
            By::Month => Period::Month,
        }
    }

    fn href(self, visit: &Visit) -> String {
        visit.link(&format!("?measure={}&by={}#trend", self.figure.key(), self.by.key()))
    }
}

pub(super) fn section(visit: &Visit, overview: &Overview, trend: Trend) -> Markup {
    let units = visit.site.viewer.units;
    let periods = periods(overview, trend);
    let (scale, unit) = unit(trend.figure, units, &periods);
    let first = first_day(overview).map(|day| trend.period(overview).first_day(day));
    let drawn: Vec<_> = periods
        .iter()
        .enumerate()
        .map(|(place, (days, sums))| {
            let amount = trend.figure.of(sums);
            // Before the first workout nothing is known, which is not the same as nothing.
            let known = amount.known().filter(|_| first.is_some_and(|first| days.first >= first));
            let open = days.has(overview.today);
            let so_far = if open { ", so far" } else { "" };
            Bar {
                value: known.map(|value| real(value) / scale),
                says: format!("{}: {}{so_far}", name(trend, *days, overview.today), amount.words(units)),
                label: label(trend, &periods, place),
                open,
            }
        })
        .collect();
    let rows = periods.iter().rev().map(|(days, sums)| {
        let href = visit.why(trend.figure, *days);
        vec![
            html! { a href=(href) { (name(trend, *days, overview.today)) } },
            html! { (trend.figure.of(sums).text(units)) },
        ]
    });
    let title = format!("{} by {}", trend.figure.name(), trend.by.key());
    let chart = Chart {
        id: "trend",
        summary: format!("{title}, {} bars until today", periods.len()),
        unit,
        last: drawn.last().map(|bar| bar.says.clone()).unwrap_or_default(),
        table: table(&title, &[trend.by.name(), trend.figure.name()], rows),
    };
    html! {
        section id="trend" aria-labelledby="trend-title" {
            h2 id="trend-title" { "Trend" small { (title.to_lowercase()) } }
            div class="card" {
                div class="choices" {
                    (choices("Measure", FIGURES.map(|figure| (figure.name(), Trend { figure, ..trend })), trend, visit))
                    (choices("Period", By::ALL.map(|by| (by.name(), Trend { by, ..trend })), trend, visit))
                }
                (bars(&chart, &drawn))
            }
        }
    }
}

/// The day of the first workout, or a day before all that are shown.
fn first_day(overview: &Overview) -> Option<Day> {
    let month = overview.months.first()?.first_day;
    let first = overview.days.first().map(|sums| sums.day);
    first.filter(|day| Period::Month.first_day(*day) == month).or(Some(month))
}

fn choices<const N: usize>(label: &str, all: [(&str, Trend); N], now: Trend, visit: &Visit) -> Markup {
    html! {
        ul class="choice" aria-label=(label) {
            @for (name, trend) in all {
                li { a href=(trend.href(visit)) data-part="trend" aria-current=[(trend == now).then_some("true")] { (name) } }
            }
        }
    }
}

/// Every period, those without a workout too, until the one that today is in.
fn periods(overview: &Overview, trend: Trend) -> Vec<(Days, Tally)> {
    let period = trend.period(overview);
    let (most, least) = trend.by.most_and_least();
    let began = overview.months.first().map_or(overview.today, |sums| sums.first_day);
    let mut periods = Vec::new();
    let mut first = period.first_day(overview.today);
    let mut next = next_period(first, period);
    while periods.len() < most && (periods.len() < least || next > began) {
        let days = Days::new(first, next.plus(-1));
        let sums = match trend.by {
            By::Day | By::Week => overview.sum(days),
            By::Month => overview
                .months
                .iter()
                .filter(|sums| sums.first_day == first)
                .fold(Tally::default(), |total, sums| total.plus(&sums.sums)),
        };
        periods.push((days, sums));
        (first, next) = (period.first_day(first.plus(-1)), first);
    }
    periods.reverse();
    periods
}

/// No period is longer than 31 days.
fn next_period(first: Day, period: Period) -> Day {
    (1..=31).map(|days| first.plus(days)).find(|day| period.first_day(*day) != first).unwrap_or(first.plus(1))
}

fn name(trend: Trend, days: Days, today: Day) -> String {
    match trend.by {
        By::Day => format::day(days.first, today),
        By::Week => format!("Week of {}", format::day_with_year(days.first)),
        By::Month => format::month(days.first, true),
    }
}

/// Few labels: about five fit on a phone.
fn label(trend: Trend, periods: &[(Days, Tally)], place: usize) -> Option<String> {
    let (days, _) = periods.get(place)?;
    let before = place.checked_sub(1).and_then(|place| periods.get(place));
    let month = days.first.date().month();
    let is_new_month = before.is_some_and(|(before, _)| before.first.date().month() != month);
    match trend.by {
        By::Day if days.first.date().day() % 14 == 1 => {
            Some(format!("{} {}", days.first.date().day(), format::month(days.first, false)))
        }
        By::Week if periods.len() <= 16 && place.is_multiple_of(4) => {
            Some(format!("{} {}", days.first.date().day(), format::month(days.first, false)))
        }
        By::Week if periods.len() > 16 && is_new_month && month % 3 == 1 => Some(format::month(days.first, month == 1)),
        By::Month if periods.len() <= 24 && month % 3 == 1 => Some(format::month(days.first, month == 1)),
        By::Month if periods.len() > 24 && month == 1 => Some(days.first.date().year().to_string()),
        By::Day | By::Week | By::Month => None,
    }
}

/// What an axis counts in: minutes where hours would be fractions.
fn unit(figure: Figure, units: Units, periods: &[(Days, Tally)]) -> (f64, &'static str) {
    let most = periods.iter().filter_map(|(_, sums)| figure.of(sums).known()).max().unwrap_or(0);
    match figure {
        Figure::Time if most < 2 * 3_600 => (60.0, "min"),
        Figure::Time => (3_600.0, "h"),
        Figure::Volume => units.volume_unit(),
        Figure::Distance => units.distance_unit(),
        Figure::Workouts | Figure::Energy => (1.0, ""),
    }
}
