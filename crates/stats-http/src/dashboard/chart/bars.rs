//! Bars: an amount for each period.

use maud::{Markup, html};

use super::frame::{ABOVE, Chart, HEIGHT, y};
use super::scale::{Scale, percent};
use crate::dashboard::format::real;

/// One period.
pub(crate) struct Bar {
    /// `None` is a gap: nobody knows. Zero is known to be nothing.
    pub(crate) value: Option<f64>,
    /// The period and its value in words.
    pub(crate) says: String,
    /// What stands under it, where there is room for it.
    pub(crate) label: Option<String>,
    /// It is not over.
    pub(crate) open: bool,
}

/// A chart of these bars, from left to right.
pub(crate) fn bars(chart: &Chart<'_>, bars: &[Bar]) -> Markup {
    let scale = Scale::from_zero(bars.iter().filter_map(|bar| bar.value));
    let slot = 1.0 / real(i64::try_from(bars.len().max(1)).unwrap_or(i64::MAX));
    let marks = html! {
        @for (bar, place) in bars.iter().zip(0_i32..) {
            @let left = f64::from(place) * slot;
            g class="mark" {
                title { (bar.says) }
                rect class="hit" x=(percent(left)) y=(ABOVE) width=(percent(slot)) height=(HEIGHT) {}
                @if let Some(value) = bar.value {
                    // What is zero has a foot to be seen by.
                    @let top = y(&scale, value).min(ABOVE + HEIGHT - 1.0);
                    rect class=(if bar.open { "bar open" } else { "bar" }) x=(percent(left + slot * 0.14)) y=(top)
                        width=(percent(slot * 0.72)) height=(((ABOVE + HEIGHT - top) * 10.0).round() / 10.0) {}
                }
            }
            @if let Some(label) = &bar.label {
                (text_at(left + slot / 2.0, label))
            }
        }
    };
    chart.draw(&scale, &marks)
}

/// A label under the marks; at the edges it does not hang over.
pub(super) fn text_at(share: f64, label: &str) -> Markup {
    let anchor = match share {
        ..0.04 => "start",
        0.96.. => "end",
        _ => "middle",
    };
    html! {
        text class="label" aria-hidden="true" x=(percent(share)) y=(ABOVE + HEIGHT + 18.0) text-anchor=(anchor) { (label) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(value: Option<f64>) -> Bar {
        Bar { value, says: "a week".to_owned(), label: None, open: false }
    }

    fn drawn(values: &[Option<f64>]) -> String {
        let all: Vec<_> = values.iter().copied().map(bar).collect();
        let chart = Chart { id: "test", summary: "A test".to_owned(), unit: "h", last: String::new(), table: html! {} };
        bars(&chart, &all).into_string()
    }

    #[test]
    fn a_bar_stands_on_the_zero_line_and_is_as_high_as_its_value() {
        let svg = drawn(&[Some(4.0), Some(2.0)]);
        // 4 is the top of the scale: all of the height, and half of it for 2.
        assert!(svg.contains(r#"y="12" width="36%" height="168""#), "{svg}");
        assert!(svg.contains(r#"y="96" width="36%" height="84""#), "{svg}");
    }

    #[test]
    fn what_is_missing_is_a_gap_and_what_is_zero_is_not() {
        let count = |values: &[Option<f64>]| drawn(values).matches(r#"class="bar""#).count();
        assert_eq!((count(&[Some(1.0), None, Some(2.0)]), count(&[Some(1.0), Some(0.0), Some(2.0)])), (2, 3));
    }
}
