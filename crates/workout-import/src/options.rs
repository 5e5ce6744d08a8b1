//! What a file does not say of itself.

use std::str::FromStr;

use workout_events::{EnteredUnit, UserId, ZoneName};

/// Whose workouts a file has, and how it is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "options do nothing by themselves"]
pub struct Options {
    pub(crate) user: UserId,
    pub(crate) zone: ZoneName,
    pub(crate) units: Units,
}

impl Options {
    /// The workouts are this user's, and the clocks of the file showed the time of this zone.
    pub fn new(user: UserId, zone: ZoneName) -> Self {
        Self { user, zone, units: Units::default() }
    }

    /// The units of columns that do not name theirs.
    pub fn units(self, units: Units) -> Self {
        Self { units, ..self }
    }
}

/// Units of weight and distance: kilograms and kilometres unless said otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Units {
    /// Of loads.
    pub weight: WeightUnit,
    /// Of distances.
    pub distance: DistanceUnit,
}

/// The unit of loads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WeightUnit {
    /// Kilograms.
    #[default]
    Kg,
    /// Pounds.
    Lb,
}

/// The unit of distances.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DistanceUnit {
    /// Kilometres.
    #[default]
    Km,
    /// Miles.
    Mi,
}

impl From<WeightUnit> for EnteredUnit {
    fn from(unit: WeightUnit) -> Self {
        match unit {
            WeightUnit::Kg => Self::Kg,
            WeightUnit::Lb => Self::Lb,
        }
    }
}

impl From<DistanceUnit> for EnteredUnit {
    fn from(unit: DistanceUnit) -> Self {
        match unit {
            DistanceUnit::Km => Self::Km,
            DistanceUnit::Mi => Self::Mi,
        }
    }
}

impl FromStr for WeightUnit {
    type Err = &'static str;

    /// Reads `kg` or `lb`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "kg" => Ok(Self::Kg),
            "lb" | "lbs" => Ok(Self::Lb),
            _ => Err("it is kg or lb"),
        }
    }
}

impl FromStr for DistanceUnit {
    type Err = &'static str;

    /// Reads `km` or `mi`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "km" => Ok(Self::Km),
            "mi" | "miles" => Ok(Self::Mi),
            _ => Err("it is km or mi"),
        }
    }
}
