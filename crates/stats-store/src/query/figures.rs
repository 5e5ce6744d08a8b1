//! Every figure of a person at once.

use serde::Serialize;
use workout_events::UserId;
use workout_events::types::user::WeekStart;

use super::{
    Answer, Days, ExerciseSums, GoalStanding, Lifetime, Performed, Period, Point, Record, Schedule, Streaks, Sums,
    TrendPoint, Tries,
};
use crate::error::StoreError;
use crate::goal::Outcome;
use crate::number::Day;
use crate::record::RecordOf;
use crate::seam::StatsReader;

/// Every figure of a user, of one moment. The names are stable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Figures {
    /// The sums over everything, and how the user counts.
    #[serde(flatten)]
    pub lifetime: Lifetime,
    /// The sums by activity.
    pub activities: Vec<Sums>,
    /// The sums by day.
    pub days: Vec<Point>,
    /// The sums by week, from the user's first day of the week on.
    pub weeks: Vec<Point>,
    /// The sums by month.
    pub months: Vec<Point>,
    /// The sums by year.
    pub years: Vec<Point>,
    /// Days and weeks in a row.
    pub streaks: Streaks,
    /// The records of activities.
    pub records: Vec<Record>,
    /// What became of goals.
    pub outcomes: Vec<Outcome>,
    /// How the goals stand.
    pub goals: Vec<GoalStanding>,
    /// The exercises.
    pub exercises: Vec<ExerciseFigures>,
    /// The workout that began last.
    pub last_workout: Option<Performed>,
}

/// Every figure of an exercise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ExerciseFigures {
    /// How much of it.
    #[serde(flatten)]
    pub sums: ExerciseSums,
    /// Day by day.
    pub trend: Vec<TrendPoint>,
    /// Its records.
    pub records: Vec<Record>,
}

impl dyn StatsReader + '_ {
    /// Every figure of a user, for people who want to see all of it, and for tests that compare. It reads everything, so it
    /// is not for a request.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn figures(&self, user: UserId, today: Day) -> Result<Answer<Figures>, StoreError> {
        // Each answer is of one moment. Until all of them are of the same, it begins anew.
        let mut tries = Tries::new();
        loop {
            tries.again()?;
            let figures = Box::pin(self.figures_now(user, today)).await?;
            if self.lifetime(user).await?.as_of == figures.as_of {
                return Ok(figures);
            }
        }
    }

    async fn activity_records(&self, user: UserId) -> Result<Vec<Record>, StoreError> {
        let mut records = Vec::new();
        for sums in self.sums(user, Days::ALL).await?.value {
            records.append(&mut self.records_of(user, &RecordOf::Activity(sums.activity)).await?.value);
        }
        Ok(records)
    }

    async fn figures_now(&self, user: UserId, today: Day) -> Result<Answer<Figures>, StoreError> {
        let lifetime = self.lifetime(user).await?;
        let week_start = lifetime.value.preferences.week_start.unwrap_or(WeekStart::Monday);
        let mut exercises = Vec::new();
        for sums in self.exercises(user).await?.value {
            let trend = self.trend(user, &sums.exercise_id, Days::ALL, Period::Day).await?.value;
            let records = self.records(user, &sums.exercise_id).await?.value;
            exercises.push(ExerciseFigures { sums, trend, records });
        }
        let series = async |period| self.series(user, Days::ALL, period, None).await.map(|answer| answer.value);
        let figures = Figures {
            lifetime: lifetime.value,
            activities: self.sums(user, Days::ALL).await?.value,
            days: series(Period::Day).await?,
            weeks: series(Period::Week(week_start)).await?,
            months: series(Period::Month).await?,
            years: series(Period::Year).await?,
            streaks: self.streaks(user, today, week_start, Schedule::DAILY).await?.value,
            records: self.activity_records(user).await?,
            outcomes: self.outcomes(user).await?.value,
            goals: self.goals(user, today).await?.value,
            exercises,
            last_workout: self.last_workout(user).await?.value,
        };
        Ok(Answer::new(lifetime.as_of, figures))
    }
}
