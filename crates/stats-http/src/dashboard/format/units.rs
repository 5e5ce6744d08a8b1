//! Measures in the units of who reads.

use super::number::{SPACE, decimal, grouped};

/// In which units somebody reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Units {
    #[default]
    Metric,
    Imperial,
}

impl From<Units> for workout_events::types::user::Units {
    fn from(units: Units) -> Self {
        match units {
            Units::Metric => Self::Metric,
            Units::Imperial => Self::Imperial,
        }
    }
}

const POUND_UG: i64 = 453_592_370;
const MILE_MM: i64 = 1_609_344;
const FOOT_UM: i64 = 304_800;

/// Hours and minutes, `2 h 41 min`; seconds only below a minute.
pub(crate) fn duration(seconds: i64) -> String {
    let minutes = (seconds.abs() + 30) / 60;
    match (minutes / 60, minutes % 60) {
        _ if (1..60).contains(&seconds.abs()) => format!("{}{SPACE}s", seconds.abs()),
        (0, minutes) => format!("{minutes}{SPACE}min"),
        (hours, 0) => format!("{}{SPACE}h", grouped(hours)),
        (hours, minutes) => format!("{}{SPACE}h {minutes}{SPACE}min", grouped(hours)),
    }
}

/// The same where there is hardly any room: `2:41`.
pub(crate) fn hours(seconds: i64) -> String {
    let minutes = (seconds + 30) / 60;
    format!("{}:{:02}", minutes / 60, minutes % 60)
}

impl Units {
    /// What somebody lifts: `102.5 kg`.
    pub(crate) fn load(self, grams: i64) -> String {
        match self {
            Self::Metric => format!("{}{SPACE}kg", decimal(grams, 1_000, 1)),
            Self::Imperial => format!("{}{SPACE}lb", decimal(grams * 1_000_000, POUND_UG, 1)),
        }
    }

    /// What somebody has lifted in all: `12.4 t`.
    pub(crate) fn volume(self, grams: i64) -> String {
        match self {
            Self::Metric if grams.abs() >= 100_000_000 => format!("{}{SPACE}t", decimal(grams, 1_000_000, 0)),
            Self::Metric if grams.abs() >= 1_000_000 => format!("{}{SPACE}t", decimal(grams, 1_000_000, 1)),
            Self::Metric => format!("{}{SPACE}kg", decimal(grams, 1_000, 0)),
            Self::Imperial => format!("{}{SPACE}lb", decimal(grams.saturating_mul(1_000_000), POUND_UG, 0)),
        }
    }

    /// `5.2 km`, `800 m`.
    pub(crate) fn distance(self, metres: i64) -> String {
        match self {
            Self::Metric if metres.abs() < 1_000 => format!("{}{SPACE}m", grouped(metres)),
            Self::Metric if metres.abs() >= 100_000 => format!("{}{SPACE}km", decimal(metres, 1_000, 0)),
            Self::Metric => format!("{}{SPACE}km", decimal(metres, 1_000, 1)),
            Self::Imperial if metres.abs() >= 160_934 => format!("{}{SPACE}mi", decimal(metres * 1_000, MILE_MM, 0)),
            Self::Imperial => format!("{}{SPACE}mi", decimal(metres * 1_000, MILE_MM, 1)),
        }
    }

    /// Metres climbed.
    pub(crate) fn climb(self, metres: i64) -> String {
        match self {
            Self::Metric => format!("{}{SPACE}m", grouped(metres)),
            Self::Imperial => format!("{}{SPACE}ft", decimal(metres * 1_000_000, FOOT_UM, 0)),
        }
    }

    /// How long a kilometre or a mile took: `5:12 /km`. Nothing where nobody moved.
    pub(crate) fn pace(self, seconds: i64, metres: i64) -> Option<String> {
        let (millimetres, name) = match self {
            Self::Metric => (1_000_000, "km"),
            Self::Imperial => (MILE_MM, "mi"),
        };
        let pace = seconds.checked_mul(millimetres)?.checked_div(metres * 1_000)?;
        (metres > 0).then(|| format!("{}:{:02}{SPACE}/{name}", pace / 60, pace % 60))
    }

    /// How far in an hour: `27.4 km/h`.
    pub(crate) fn speed(self, seconds: i64, metres: i64) -> Option<String> {
        let (unit, name) = match self {
            Self::Metric => (1_000_000, "km/h"),
            Self::Imperial => (MILE_MM, "mph"),
        };
        let an_hour = metres.checked_mul(3_600_000)?;
        (seconds > 0).then(|| format!("{}{SPACE}{name}", decimal(an_hour, seconds.saturating_mul(unit), 1)))
    }

    /// For drawing: how many of these make a kilogram or a pound, in grams.
    pub(crate) fn load_unit(self) -> (f64, &'static str) {
        match self {
            Self::Metric => (1_000.0, "kg"),
            Self::Imperial => (453.592_37, "lb"),
        }
    }

    /// Likewise for what was lifted in all.
    pub(crate) fn volume_unit(self) -> (f64, &'static str) {
        match self {
            Self::Metric => (1_000_000.0, "t"),
            Self::Imperial => (453_592.37, "k\u{a0}lb"),
        }
    }

    /// Likewise for distances, in metres.
    pub(crate) fn distance_unit(self) -> (f64, &'static str) {
        match self {
            Self::Metric => (1_000.0, "km"),
            Self::Imperial => (1_609.344, "mi"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, want: &str) {
        assert_eq!(text.replace(['\u{a0}', '\u{202f}'], " "), want);
    }

    #[test]
    fn durations_are_hours_and_minutes() {
        check(&duration(0), "0 min");
        check(&duration(35), "35 s");
        check(&duration(9_660), "2 h 41 min");
        // Rounding does not make sixty minutes.
        check(&duration(3_599), "1 h");
        check(&duration(4_380_000), "1 216 h 40 min");
        check(&hours(3_599), "1:00");
    }

    #[test]
    fn a_measure_has_the_units_of_the_reader() {
        let (metric, imperial) = (Units::Metric, Units::Imperial);
        check(&metric.load(102_500), "102.5 kg");
        check(&imperial.load(102_058), "225 lb");
        check(&metric.volume(12_400_000), "12.4 t");
        check(&metric.volume(840_000), "840 kg");
        check(&metric.volume(1_234_000_000), "1 234 t");
        check(&imperial.volume(12_400_000), "27 337 lb");
        check(&metric.distance(800), "800 m");
        check(&metric.distance(5_240), "5.2 km");
        check(&metric.distance(123_600), "124 km");
        check(&imperial.distance(42_195), "26.2 mi");
        check(&imperial.climb(100), "328 ft");
    }

    #[test]
    fn pace_and_speed_are_of_those_who_moved() {
        let (metric, imperial) = (Units::Metric, Units::Imperial);
        check(&metric.pace(3_120, 10_000).expect("a pace"), "5:12 /km");
        check(&imperial.pace(3_120, 10_000).expect("a pace"), "8:22 /mi");
        check(&metric.speed(3_600, 27_400).expect("a speed"), "27.4 km/h");
        check(&imperial.speed(3_600, 27_400).expect("a speed"), "17 mph");
        assert_eq!((metric.pace(60, 0), metric.speed(0, 10)), (None, None));
    }
}
