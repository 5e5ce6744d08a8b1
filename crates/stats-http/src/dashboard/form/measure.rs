//! What a goal is measured in, in the units of who sets it. All of it in integers, so that what was typed is what is kept.

use workout_events::types::goal::GoalMetric;

use crate::dashboard::format::Units;

/// A metric as a form offers it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Measure {
    pub(crate) metric: GoalMetric,
    /// As it stands after the number.
    pub(crate) name: &'static str,
    /// How many units of the metric make one of these, as a fraction.
    unit: (u64, u64),
}

/// More digits than any goal has.
const LONGEST: usize = 12;

impl Measure {
    /// All of them, the most common one first.
    pub(crate) fn all(units: Units) -> [Self; 8] {
        let of = |metric, name, unit| Self { metric, name, unit };
        let imperial = units == Units::Imperial;
        let either = |metric, names: (&'static str, &'static str), (one, two)| {
            if imperial { of(metric, names.1, two) } else { of(metric, names.0, one) }
        };
        [
            of(GoalMetric::Workouts, "workouts", (1, 1)),
            of(GoalMetric::DurationS, "hours", (3_600, 1)),
            either(GoalMetric::DistanceM, ("kilometres", "miles"), ((1_000, 1), (1_609_344, 1_000))),
            either(GoalMetric::ElevationGainM, ("metres of climbing", "feet of climbing"), ((1, 1), (3_048, 10_000))),
            of(GoalMetric::EnergyKcal, "kilocalories", (1, 1)),
            either(GoalMetric::VolumeG, ("tonnes lifted", "pounds lifted"), ((1_000_000, 1), (45_359_237, 100_000))),
            either(GoalMetric::E1rmG, ("kg estimated max", "lb estimated max"), ((1_000, 1), (45_359_237, 100_000))),
            of(GoalMetric::StreakDays, "days in a row", (1, 1)),
        ]
    }

    pub(crate) fn of(metric: GoalMetric, units: Units) -> Option<Self> {
        Self::all(units).into_iter().find(|measure| measure.metric == metric)
    }

    /// What somebody typed, in the unit of the metric.
    pub(crate) fn read(self, text: &str) -> Result<u32, &'static str> {
        let text = text.trim().replace(['\u{a0}', '\u{202f}', ' '], "").replace(',', ".");
        let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
        let digits = format!("{whole}{part}");
        if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
            return Err("Write a number, such as 4 or 2.5.");
        }
        if digits.len() > LONGEST {
            return Err("This number is too large.");
        }
        let typed: u128 = digits.parse().map_err(|_| "Write a number, such as 4 or 2.5.")?;
        let below = 10_u128.pow(u32::try_from(part.len()).unwrap_or(0)) * u128::from(self.unit.1);
        let value = (typed * u128::from(self.unit.0) + below / 2) / below;
        match u32::try_from(value) {
            Ok(0) => Err("It has to be more than nothing."),
            Ok(value) if value <= 1_000_000_000 => Ok(value),
            _ => Err("This number is too large."),
        }
    }

    /// A value as somebody would have typed it: with two decimals at most.
    pub(crate) fn text(self, value: i64) -> String {
        let hundredths = i128::from(value) * i128::from(self.unit.1) * 100;
        let unit = i128::from(self.unit.0);
        let hundredths = (hundredths + unit / 2) / unit;
        let text = format!("{}.{:02}", hundredths / 100, hundredths % 100);
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_kept_to_the_gram() {
        #[track_caller]
        fn check(metric: GoalMetric, units: Units, typed: &str, want: Result<u32, &'static str>) {
            let measure = Measure::of(metric, units).expect("every metric has one");
            assert_eq!(measure.read(typed), want, "{typed}");
        }
        let (metric, imperial) = (Units::Metric, Units::Imperial);
        check(GoalMetric::DistanceM, metric, "42.195", Ok(42_195));
        check(GoalMetric::DistanceM, metric, " 42,195 ", Ok(42_195));
        check(GoalMetric::DistanceM, imperial, "26.2", Ok(42_165));
        check(GoalMetric::E1rmG, imperial, "315", Ok(142_882));
        check(GoalMetric::DurationS, metric, "2.5", Ok(9_000));
        check(GoalMetric::Workouts, metric, "4", Ok(4));
        for nothing in ["0", "0.0", ".4"] {
            check(GoalMetric::Workouts, metric, nothing, Err("It has to be more than nothing."));
        }
        for typed in ["", "x", "-1", "1e3", "1.2.3", ".", "٤"] {
            check(GoalMetric::Workouts, metric, typed, Err("Write a number, such as 4 or 2.5."));
        }
        check(GoalMetric::VolumeG, metric, "1001", Err("This number is too large."));
        check(GoalMetric::Workouts, metric, "9999999999999", Err("This number is too large."));
    }

    #[test]
    fn what_is_shown_is_what_was_typed() {
        for (metric, units, typed) in [
            (GoalMetric::DistanceM, Units::Imperial, "26.2"),
            (GoalMetric::E1rmG, Units::Imperial, "315"),
            (GoalMetric::DurationS, Units::Metric, "2.25"),
            (GoalMetric::VolumeG, Units::Metric, "100"),
        ] {
            let measure = Measure::of(metric, units).expect("every metric has one");
            let kept = measure.read(typed).expect("a number");
            assert_eq!(measure.text(kept.into()), typed);
        }
    }
}
