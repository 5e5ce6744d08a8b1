//! One exercise over time: its trend, and its records.

use serde::Serialize;
use workout_events::jiff::Timestamp;
use workout_events::types::record::RecordKind;
use workout_events::{UserId, WorkoutId};

use super::{Answer, Days, EffortOf, Period};
use crate::error::{Kind, StoreError};
use crate::number::Day;
use crate::record::{RecordOf, Step};
use crate::seam::StatsReader;

/// An exercise within one period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TrendPoint {
    /// The first day of the period.
    pub first_day: Day,
    /// In how many workouts.
    pub workouts: i64,
    /// Working sets.
    pub sets: i64,
    /// Repetitions in working sets.
    pub reps: i64,
    /// Grams times repetitions over working sets; `None` when no set has both.
    pub volume_g: Option<i64>,
    /// The heaviest load of a working set.
    pub heaviest_g: Option<i64>,
    /// The best estimated single repetition, by Epley.
    pub e1rm_g: Option<i64>,
}

/// Something that was better than all before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Record {
    /// What it is a record of.
    pub of: RecordOf,
    /// What was the best.
    pub kind: RecordKind,
    /// The value, in the unit of the kind.
    pub value: i64,
    /// The value that was the best before.
    pub previous: Option<i64>,
    /// The local day on which it was set.
    pub day: Day,
    /// When the workout began that set it.
    #[serde(serialize_with = "super::rows::time")]
    pub started_at: Timestamp,
    /// The workout that set it.
    pub workout_id: WorkoutId,
}

impl Record {
    pub(crate) fn new(of: RecordOf, kind: RecordKind, step: &Step) -> Result<Self, StoreError> {
        Ok(Self {
            of,
            kind,
            value: step.value,
            previous: step.previous,
            day: Day::from_number(step.day),
            started_at: Timestamp::from_microsecond(step.started_us).map_err(|_| Kind::Corrupt("started_us"))?,
            workout_id: step.workout_id,
        })
    }
}

impl dyn StatsReader + '_ {
    /// How an exercise went, period by period. Periods without it are left out.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn trend(
        &self,
        user: UserId,
        exercise: &str,
        days: Days,
        period: Period,
    ) -> Result<Answer<Vec<TrendPoint>>, StoreError> {
        Ok(self.efforts(user, exercise, days).await?.map(|efforts| trend(&efforts, period)))
    }

    /// The records of an exercise: of each kind the one that stands, and before it those that stood, in the order in which
    /// they were set.
    ///
    /// They follow from the workouts that count now. A workout that was deleted or corrected holds none, and one that
    /// was entered late takes its place among the others.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn records(&self, user: UserId, exercise: &str) -> Result<Answer<Vec<Record>>, StoreError> {
        self.records_of(user, &RecordOf::Exercise(exercise.to_owned())).await
    }
}

fn trend(efforts: &[EffortOf], period: Period) -> Vec<TrendPoint> {
    let together = efforts.chunk_by(|one, two| period.first_day(one.day) == period.first_day(two.day));
    together
        .map(|efforts| {
            let sum = |of: fn(&EffortOf) -> i64| efforts.iter().map(of).sum();
            let best = |of: fn(&EffortOf) -> Option<i64>| efforts.iter().filter_map(of).max();
            TrendPoint {
                first_day: period.first_day(efforts[0].day),
                workouts: i64::try_from(efforts.len()).unwrap_or(i64::MAX),
                sets: sum(|effort| effort.sets),
                reps: sum(|effort| effort.reps),
                volume_g: efforts.iter().filter_map(|effort| effort.volume_g).reduce(|one, two| one + two),
                heaviest_g: best(|effort| effort.heaviest_g),
                e1rm_g: best(|effort| effort.e1rm_g),
            }
        })
        .collect()
}
