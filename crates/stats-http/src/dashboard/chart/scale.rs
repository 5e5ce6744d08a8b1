//! From values to places, and where an axis says a number.

/// An axis from bottom to top, with few round numbers.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Scale {
    least: f64,
    most: f64,
    /// The round numbers, from the bottom.
    pub(crate) ticks: Vec<f64>,
}

/// How many spaces between round numbers there are at most.
const SPACES: f64 = 4.0;

impl Scale {
    /// For amounts: from zero, because the length of a bar is its value.
    pub(crate) fn from_zero(values: impl IntoIterator<Item = f64>) -> Self {
        Self::round(0.0, values.into_iter().fold(0.0, f64::max))
    }

    /// For levels: from a little below the least, because where a line begins means nothing.
    pub(crate) fn around(values: impl IntoIterator<Item = f64>) -> Self {
        let (least, most) =
            values.into_iter().fold((f64::MAX, f64::MIN), |(least, most), value| (least.min(value), most.max(value)));
        if least > most { Self::round(0.0, 0.0) } else { Self::round(least, most) }
    }

    fn round(least: f64, most: f64) -> Self {
        let step = step(most - least);
        let (first, end) = ((least / step).floor(), (most / step).ceil());
        let mut ticks = Vec::new();
        let mut tick = first;
        // Nothing to show still has a line to stand on and one above it.
        while tick <= end.max(first + 1.0) {
            ticks.push(tick * step);
            tick += 1.0;
        }
        Self { least: first * step, most: end.max(first + 1.0) * step, ticks }
    }

    /// How far up a value is, from 0 to 1.
    pub(crate) fn share(&self, value: f64) -> f64 {
        ((value - self.least) / (self.most - self.least)).clamp(0.0, 1.0)
    }

    /// A round number as an axis says it: with no more decimals than it has.
    pub(crate) fn say(tick: f64) -> String {
        let text = format!("{tick:.2}");
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    }
}

/// 1, 2 or 5 times a power of ten, so that it takes at most four to get there.
fn step(span: f64) -> f64 {
    if span <= 0.0 {
        return 1.0;
    }
    let least = span / SPACES;
    let power = 10_f64.powf(least.log10().floor());
    let times = [1.0, 2.0, 5.0].into_iter().find(|times| times * power >= least * (1.0 - 1e-9));
    times.unwrap_or(10.0) * power
}

/// A share of a width, as SVG takes it.
pub(crate) fn percent(share: f64) -> String {
    let text = format!("{:.2}", share * 100.0);
    format!("{}%", text.trim_end_matches('0').trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(scale: &Scale, want: &[f64]) {
        let near = scale.ticks.iter().zip(want).all(|(one, two)| (one - two).abs() < 1e-9);
        assert!(near && scale.ticks.len() == want.len(), "{:?}", scale.ticks);
    }

    #[test]
    fn bars_stand_on_zero_and_ticks_are_few_and_round() {
        check(&Scale::from_zero([3.0, 7.3]), &[0.0, 2.0, 4.0, 6.0, 8.0]);
        check(&Scale::from_zero([0.9]), &[0.0, 0.5, 1.0]);
        check(&Scale::from_zero([4.0]), &[0.0, 1.0, 2.0, 3.0, 4.0]);
        check(&Scale::from_zero([12_400.0]), &[0.0, 5_000.0, 10_000.0, 15_000.0]);
        check(&Scale::from_zero([]), &[0.0, 1.0]);
    }

    #[test]
    fn lines_begin_where_the_values_are() {
        check(&Scale::around([101.0, 118.0]), &[100.0, 105.0, 110.0, 115.0, 120.0]);
        check(&Scale::around([100.0]), &[100.0, 101.0]);
    }

    #[test]
    fn a_bar_of_half_the_height_has_half_the_value() {
        let scale = Scale::from_zero([8.0]);
        assert!((scale.share(4.0) - 0.5).abs() < 1e-9);
        assert!(scale.share(0.0).abs() < 1e-9);
    }

    #[test]
    fn numbers_have_no_idle_zeros() {
        assert_eq!((Scale::say(0.5), Scale::say(20.0), percent(0.25)), ("0.5".into(), "20".into(), "25%".into()));
    }
}
