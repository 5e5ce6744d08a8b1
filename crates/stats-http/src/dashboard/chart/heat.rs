//! A year of days: where there was training, and how much of it.

use maud::{Markup, html};
use stats_store::{Day, Period};
use workout_events::types::user::WeekStart;

use super::frame::behind;
use crate::dashboard::format;

/// A day with training.
pub(crate) struct Cell {
    pub(crate) day: Day,
    pub(crate) seconds: i64,
    /// The day and what was done in words.
    pub(crate) says: String,
}

/// From one cell to the next, and the cell itself.
const PITCH: i32 = 13;
const SIDE: i32 = 11;
/// Where the names of the days begin, left of the first week, and room for those of the months.
const NAMES: i32 = -30;
const TOP: i32 = 16;
/// So many weeks on each half of the year: two halves stand beside one another on a desk, and one below the other on a
/// phone.
const HALF: i32 = 27;

/// The 53 weeks until today. `cells` are in the order of their days.
pub(crate) fn heat_map(cells: &[Cell], today: Day, week_start: WeekStart, table: &Markup) -> Markup {
    let this_week = Period::Week(week_start).first_day(today);
    let levels = Levels::of(cells);
    let half = |weeks_ago: i32, weeks: i32| {
        let first = this_week.plus(-7 * weeks_ago);
        let days = (0..weeks * 7).map(|number| (number, first.plus(number))).filter(|(_, day)| *day <= today);
        html! {
            svg class="heat" aria-hidden="true" viewBox={ "0 0 " (weeks * PITCH) " " (TOP + 7 * PITCH) } {
                @for number in [0, 2, 4] {
                    text class="name" x=(NAMES) y=(TOP + number * PITCH + 10) { (format::weekday_letter(first.plus(number))) }
                }
                @for (number, day) in days {
                    @let (x, y) = (number / 7 * PITCH, TOP + number % 7 * PITCH);
                    @if day.date().day() == 1 && x < (weeks - 2) * PITCH {
                        text x=(x) y="10" { (format::month(day, false)) }
                    }
                    @match cells.binary_search_by_key(&day, |cell| cell.day).ok().and_then(|place| cells.get(place)) {
                        Some(cell) => g class="mark" {
                            title { (cell.says) }
                            (square(x, y, levels.of_day(cell.seconds), day == today))
                        },
                        None => (square(x, y, 0, day == today)),
                    }
                }
            }
        }
    };
    html! {
        figure class="chart" {
            div class="year" role="img" tabindex="0" aria-label=(summary(cells)) {
                (half(52, 53 - HALF)) (half(HALF - 1, HALF))
            }
            p class="scale" aria-hidden="true" {
                "less"
                @for level in 0..5 { svg class="step" width="11" height="11" { (square(0, 0, level, false)) } }
                "more"
            }
            (behind("year", cells.last().map_or("", |cell| &cell.says), table))
        }
    }
}

fn square(x: i32, y: i32, level: u8, today: bool) -> Markup {
    html! {
        rect class={ "l" (level) @if today { " today" } } x=(x) y=(y) width=(SIDE) height=(SIDE) rx="2" {}
    }
}

fn summary(cells: &[Cell]) -> String {
    format!("{} days with training in the last 53 weeks", cells.len())
}

/// What is much for this person: the quarters of all days with training.
struct Levels([i64; 3]);

impl Levels {
    fn of(cells: &[Cell]) -> Self {
        let mut seconds: Vec<_> = cells.iter().map(|cell| cell.seconds).collect();
        seconds.sort_unstable();
        let quarter = |number: usize| seconds.get(seconds.len() * number / 4).copied().unwrap_or(i64::MAX);
        Self([1, 2, 3].map(quarter))
    }

    fn of_day(&self, seconds: i64) -> u8 {
        let [one, two, three] = self.0;
        match seconds {
            _ if seconds < one => 1,
            _ if seconds < two => 2,
            _ if seconds < three => 3,
            _ => 4,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(day: Day, seconds: i64) -> Cell {
        Cell { day, seconds, says: String::new() }
    }

    #[test]
    fn the_year_ends_today_and_each_day_of_it_is_there_once() {
        let today: Day = "2026-03-28".parse().expect("a date");
        let map = heat_map(&[cell(today, 60)], today, WeekStart::Monday, &html! {}).into_string();
        // 52 whole weeks and the days from Monday to Saturday.
        assert_eq!(map.matches(r#"class="l0""#).count(), 52 * 7 + 5 + 1);
        assert_eq!(map.matches(" today").count(), 1);
    }

    #[test]
    fn much_is_what_is_much_for_this_person() {
        let today: Day = "2026-03-28".parse().expect("a date");
        let cells: Vec<_> = (1..=8).map(|hours| cell(today.plus(hours), i64::from(hours) * 3_600)).collect();
        let levels = Levels::of(&cells);
        assert_eq!([1, 3, 5, 8].map(|hours| levels.of_day(hours * 3_600)), [1, 2, 3, 4]);
        // Somebody with a single day has done as much as on any other day.
        assert_eq!(Levels::of(&cells[..1]).of_day(3_600), 4);
    }
}
