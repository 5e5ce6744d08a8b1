//! How much of a number is known.

use serde::Serialize;
use workout_events::{ActivityType, UserId};

use super::{Answer, Days};
use crate::error::StoreError;
use crate::number::Tally;
use crate::seam::StatsReader;

/// Of how many workouts a number is known: "burned 48,000 kcal, known for 120 of 335 workouts".
///
/// A sum alone does not tell a month without training from one whose watch was at home.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct Coverage {
    /// All workouts.
    pub workouts: i64,
    /// Those that report energy.
    pub energy: i64,
    /// Those that report a distance.
    pub distance: i64,
    /// Those that report metres climbed.
    pub elevation_gain: i64,
    /// Those that have a set with load and repetitions.
    pub volume: i64,
}

impl From<&Tally> for Coverage {
    fn from(tally: &Tally) -> Self {
        Self {
            workouts: tally.workouts,
            energy: tally.energy_workouts,
            distance: tally.distance_workouts,
            elevation_gain: tally.elevation_workouts,
            volume: tally.volume_workouts,
        }
    }
}

impl dyn StatsReader + '_ {
    /// How many workouts of these days report each number, of all activities or of one.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn coverage(
        &self,
        user: UserId,
        days: Days,
        activity: Option<ActivityType>,
    ) -> Result<Answer<Coverage>, StoreError> {
        Ok(self.total(user, days, activity).await?.map(|tally| Coverage::from(&tally)))
    }
}
