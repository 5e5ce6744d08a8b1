//! The calendar.

use workout_events::UserId;

use super::{Answer, Days, Period, Point};
use crate::error::StoreError;
use crate::seam::StatsReader;

impl dyn StatsReader + '_ {
    /// The sums of each of these days that has a workout: what a heat map shows.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn calendar(&self, user: UserId, days: Days) -> Result<Answer<Vec<Point>>, StoreError> {
        self.series(user, days, Period::Day, None).await
    }
}
