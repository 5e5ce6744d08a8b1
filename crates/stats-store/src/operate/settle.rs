//! Telling what was missed.

use uuid::Uuid;
use workout_events::jiff::Timestamp;

use super::Progress;
use crate::error::StoreError;
use crate::goal::GOALS;
use crate::number::Day;
use crate::store::{Done, Job, StatsStore};

/// How long after the end of a day workouts of that day may come in: there are zones that are half a day behind, and
/// watches that are not synchronised before the evening of the next day.
const GRACE_DAYS: i32 = 2;

impl StatsStore {
    /// Looks which stretches of goals are over without having been reached, and tells of each once that it was missed
    /// (`goal.missed`). Says how many there were.
    ///
    /// That a goal is missed follows from nothing but the time, so somebody has to look: call this once a day. A stretch is
    /// judged two days after its end, and a workout that comes even later makes it one in which the goal was reached.
    ///
    /// # Errors
    /// When the store fails. Who was looked at is done.
    pub async fn settle(&self, now: Timestamp, mut progress: impl FnMut(Progress) + Send) -> Result<u64, StoreError> {
        let today = Day::of_clock(now.as_second(), 0).plus(1 - GRACE_DAYS);
        let mut told = 0;
        let mut people = self.people_in(&GOALS).await?;
        while let Some(user) = people.next(&mut progress).await? {
            told += self.settle_one(user, today).await?;
        }
        Ok(told)
    }

    async fn settle_one(&self, user: Uuid, today: Day) -> Result<u64, StoreError> {
        match self.0.run(Job::Settle { user, today }).await? {
            Done::Settled(news) => Ok(u64::try_from(news).unwrap_or(u64::MAX)),
            _ => Ok(0),
        }
    }
}
