//! A line: a level over time, such as an estimated one-rep max.

use maud::{Markup, html};
use stats_store::Day;

use super::bars::text_at;
use super::frame::{ABOVE, Chart, HEIGHT, y};
use super::scale::{Scale, percent};

/// A level on a day.
pub(crate) struct Spot {
    pub(crate) day: Day,
    pub(crate) value: f64,
    /// The day and the level in words.
    pub(crate) says: String,
    /// It was the best until then.
    pub(crate) best: bool,
    /// The line goes through it: where days go up and down, through the best of a stretch.
    pub(crate) joined: bool,
}

/// So many days without a spot are a gap in the line.
const GAP: i32 = 70;

/// A chart of these spots, in the order of their days, with labels at these days.
pub(crate) fn line(chart: &Chart<'_>, spots: &[Spot], labels: &[(Day, String)]) -> Markup {
    let scale = Scale::around(spots.iter().map(|spot| spot.value));
    let (Some(first), Some(last)) = (spots.first(), spots.last()) else { return html! {} };
    // A single spot stands in the middle.
    let days = f64::from(last.day.since(first.day));
    let x = |day: Day| if days > 0.0 { 0.01 + 0.98 * f64::from(day.since(first.day)) / days } else { 0.5 };
    let marks = html! {
        @for (place, spot) in spots.iter().enumerate() {
            @let from = place.checked_sub(1).and_then(|place| spots.get(place)).map_or(0.0, |one| middle(x, one, spot));
            @let to = spots.get(place + 1).map_or(1.0, |next| middle(x, spot, next));
            g class="mark" {
                title { (spot.says) }
                rect class="hit" x=(percent(from)) y=(ABOVE) width=(percent(to - from)) height=(HEIGHT) {}
                circle class=(if spot.best { "spot best" } else { "spot" }) cx=(percent(x(spot.day)))
                    cy=(y(&scale, spot.value)) r=(if spot.best { "3" } else { "2" }) {}
            }
        }
        @for (one, next) in joined(spots) {
            line class="line" x1=(percent(x(one.day))) y1=(y(&scale, one.value))
                x2=(percent(x(next.day))) y2=(y(&scale, next.value)) {}
        }
        @for (day, label) in labels.iter().filter(|(day, _)| (first.day..=last.day).contains(day)) {
            (text_at(x(*day), label))
        }
    };
    chart.draw(&scale, &marks)
}

fn middle(x: impl Fn(Day) -> f64, one: &Spot, next: &Spot) -> f64 {
    f64::midpoint(x(one.day), x(next.day))
}

/// Neighbours on the line with no gap between them.
fn joined(spots: &[Spot]) -> impl Iterator<Item = (&Spot, &Spot)> {
    let on_line = || spots.iter().filter(|spot| spot.joined);
    on_line().zip(on_line().skip(1)).filter(|(one, next)| next.day.since(one.day) <= GAP)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_pause_is_a_gap_in_the_line() {
        let first: Day = "2026-01-01".parse().expect("a date");
        let spot = |days| Spot { day: first.plus(days), value: 100.0, says: String::new(), best: false, joined: true };
        let spots = [spot(0), spot(7), spot(14), spot(100), spot(107)];
        assert_eq!(joined(&spots).count(), 3);
        let chart = Chart { id: "test", summary: String::new(), unit: "kg", last: String::new(), table: html! {} };
        assert_eq!(line(&chart, &spots, &[]).into_string().matches(r#"class="line""#).count(), 3);
    }
}
