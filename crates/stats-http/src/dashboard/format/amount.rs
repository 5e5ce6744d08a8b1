//! What is counted, and how it is said.

use super::number::{SPACE, grouped};
use super::units::{Units, duration};

/// A number together with what it counts, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Amount {
    Workouts(i64),
    Seconds(i64),
    VolumeG(Option<i64>),
    DistanceM(Option<i64>),
    EnergyKcal(Option<i64>),
}

/// What is said of what nobody has reported. It is not 0.
const UNKNOWN: &str = "–";

impl Amount {
    pub(crate) fn known(self) -> Option<i64> {
        match self {
            Self::Workouts(value) | Self::Seconds(value) => Some(value),
            Self::VolumeG(value) | Self::DistanceM(value) | Self::EnergyKcal(value) => value,
        }
    }

    /// With its unit; the count of workouts is a bare number.
    pub(crate) fn text(self, units: Units) -> String {
        let Some(value) = self.known() else { return UNKNOWN.to_owned() };
        match self {
            Self::Workouts(_) => grouped(value),
            Self::Seconds(_) => duration(value),
            Self::VolumeG(_) => units.volume(value),
            Self::DistanceM(_) => units.distance(value),
            Self::EnergyKcal(_) => format!("{}{SPACE}kcal", grouped(value)),
        }
    }

    /// The same, and a count of workouts in words.
    pub(crate) fn words(self, units: Units) -> String {
        match self {
            Self::Workouts(1) => format!("1{SPACE}workout"),
            Self::Workouts(count) => format!("{}{SPACE}workouts", grouped(count)),
            _ => self.text(units),
        }
    }

    fn like(self, value: i64) -> Self {
        match self {
            Self::Workouts(_) => Self::Workouts(value),
            Self::Seconds(_) => Self::Seconds(value),
            Self::VolumeG(_) => Self::VolumeG(Some(value)),
            Self::DistanceM(_) => Self::DistanceM(Some(value)),
            Self::EnergyKcal(_) => Self::EnergyKcal(Some(value)),
        }
    }
}

/// How much more or less it is than before, in words and with a sign. Nothing where one of the two is not known.
pub(crate) fn change(now: Amount, before: Amount, units: Units) -> Option<String> {
    let difference = now.known()? - before.known()?;
    let amount = now.like(difference.abs()).text(units);
    Some(match difference {
        0 => "the same".to_owned(),
        1.. => format!("+{amount}"),
        _ => format!("\u{2212}{amount}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_has_no_change() {
        let (metric, some) = (Units::Metric, Amount::EnergyKcal(Some(500)));
        assert_eq!(change(some, Amount::EnergyKcal(None), metric), None);
        assert_eq!(Amount::EnergyKcal(None).text(metric), "–");
        assert_eq!(change(some, Amount::EnergyKcal(Some(1_500)), metric).as_deref(), Some("−1\u{202f}000\u{a0}kcal"));
        assert_eq!(change(Amount::Seconds(90 * 60), Amount::Seconds(60 * 60), metric).as_deref(), Some("+30\u{a0}min"));
        assert_eq!(change(some, some, metric).as_deref(), Some("the same"));
    }
}
