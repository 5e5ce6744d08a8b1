//! Lists of workouts.

use workout_events::jiff::Timestamp;
use workout_events::{ActivityType, UserId, WorkoutId};

use super::{Answer, Days, Performed, Tries};
use crate::error::StoreError;
use crate::seam::StatsReader;

/// Which workouts are listed. The last one comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a filter lists nothing by itself"]
pub struct WorkoutFilter {
    pub(crate) days: Days,
    pub(crate) activity: Option<ActivityType>,
    pub(crate) after: Option<After>,
    pub(crate) limit: u16,
}

/// Where a page ended. Workouts that come or go between two pages make none of the others appear twice or not at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct After {
    /// When the last workout of the page began.
    pub started_at: Timestamp,
    /// The last workout of the page.
    pub workout_id: WorkoutId,
}

impl WorkoutFilter {
    /// The most workouts on a page.
    pub const MAX: u16 = 500;

    /// All workouts, so many on a page, at most [`MAX`](Self::MAX).
    pub fn new(limit: u16) -> Self {
        Self { days: Days::ALL, activity: None, after: None, limit: limit.min(Self::MAX) }
    }

    /// Only those of these days.
    pub fn days(self, days: Days) -> Self {
        Self { days, ..self }
    }

    /// Only those of this activity.
    pub fn activity(self, activity: ActivityType) -> Self {
        Self { activity: Some(activity), ..self }
    }

    /// Only those after this one, on the next page.
    pub fn after(self, last: &Performed) -> Self {
        self.after_key(After { started_at: last.started_at, workout_id: last.workout_id })
    }

    /// Only those after this place, where only that is known of the page before.
    pub fn after_key(self, after: After) -> Self {
        Self { after: Some(after), ..self }
    }
}

impl dyn StatsReader + '_ {
    /// The workout that began last.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn last_workout(&self, user: UserId) -> Result<Answer<Option<Performed>>, StoreError> {
        Ok(self.workouts(user, &WorkoutFilter::new(1)).await?.map(|found| found.first().copied()))
    }

    /// Which workouts make up a number over these days: all of them, however many. The numbers of the workouts add up to
    /// the sums of the same moment.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn explain(
        &self,
        user: UserId,
        days: Days,
        activity: Option<ActivityType>,
    ) -> Result<Answer<Vec<Performed>>, StoreError> {
        // What is written between two pages would make the list one of no moment, so it begins anew.
        let mut tries = Tries::new();
        'anew: loop {
            tries.again()?;
            let filter = WorkoutFilter { activity, ..WorkoutFilter::new(WorkoutFilter::MAX).days(days) };
            let mut all = self.workouts(user, &filter).await?;
            let mut full = all.value.len() == usize::from(WorkoutFilter::MAX);
            while let (true, Some(last)) = (full, all.value.last().copied()) {
                let mut page = self.workouts(user, &filter.after(&last)).await?;
                if page.as_of != all.as_of {
                    continue 'anew;
                }
                full = page.value.len() == usize::from(WorkoutFilter::MAX);
                all.value.append(&mut page.value);
            }
            return Ok(all);
        }
    }
}
