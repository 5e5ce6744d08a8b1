//! Exercises: how much, how they went, and their records.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stats_store::Answer;
use workout_events::WorkoutId;
use workout_events::types::record::RecordKind;
use workout_events::types::user::WeekStart;

use super::over_time::PeriodName;
use crate::operation::{Date, Nothing, Operation, Person, Slug, Span, about};
use crate::problem::{Code, Problem};

/// How much of an exercise was done.
#[derive(Debug, Serialize, JsonSchema)]
struct ExerciseSums {
    /// The exercise.
    exercise_id: String,
    /// In how many workouts.
    workouts: i64,
    /// Working sets.
    sets: i64,
    /// Repetitions in working sets.
    reps: i64,
    /// Grams times repetitions over working sets.
    volume_g: i64,
    /// The same over warm-ups.
    warmup_volume_g: i64,
}

/// How an exercise went, period by period. Periods without it are left out.
#[derive(Debug, Serialize, JsonSchema)]
struct Trend {
    /// How long a period is.
    period: PeriodName,
    /// How the estimated single repetition is made of a set: `epley` is load x (1 + repetitions / 30), from 1 to 12.
    e1rm_formula: &'static str,
    /// The periods, in order.
    points: Vec<TrendPoint>,
}

/// An exercise within one period.
#[derive(Debug, Serialize, JsonSchema)]
struct TrendPoint {
    /// The first day of the period.
    #[schemars(extend("format" = "date"))]
    first_day: String,
    /// In how many workouts.
    workouts: i64,
    /// Working sets.
    sets: i64,
    /// Repetitions in working sets.
    reps: i64,
    /// Grams times repetitions over working sets.
    volume_g: Option<i64>,
    /// The heaviest load of a working set, in grams.
    heaviest_g: Option<i64>,
    /// The best estimated single repetition, in grams.
    e1rm_g: Option<i64>,
}

/// A best, at the time when it was set.
#[derive(Debug, Serialize, JsonSchema)]
struct Record {
    /// What was the best.
    kind: RecordKind,
    /// The value, in the unit of the kind.
    value: i64,
    /// The value that was the best before.
    previous: Option<i64>,
    /// The local day on which it was set.
    #[schemars(extend("format" = "date"))]
    day: String,
    /// The workout that set it.
    workout_id: WorkoutId,
    /// Whether it is still the best.
    stands: bool,
}

/// An exercise over some days, in periods.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct AskedTrend {
    /// The exercise.
    exercise_id: Slug,
    /// How long a period is.
    period: PeriodName,
    /// The first day. Absent means: a year before the last.
    from: Option<Date>,
    /// The last day. Absent means: today, by the clocks where the person lives.
    to: Option<Date>,
    /// The first day of the week. Absent means: as the person has it.
    week_start: Option<WeekStart>,
}

/// An exercise.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct AskedExercise {
    /// The exercise.
    exercise_id: Slug,
}

pub(super) fn operations() -> Vec<Operation> {
    let trend_summary = "How an exercise went, by day, week, month or year.";
    let records_summary = "The records of an exercise: those that stand, and before each those that stood.";
    vec![
        about("/v1/users/{user_id}/exercises", "exercises", "The exercises that were done.", exercises),
        about("/v1/users/{user_id}/exercises/{exercise_id}/trend", "exercise_trend", trend_summary, trend)
            .may(&[Code::InvalidRange, Code::RangeTooLong]),
        about("/v1/users/{user_id}/exercises/{exercise_id}/records", "exercise_records", records_summary, records),
    ]
}

async fn exercises(person: Person, _: Nothing) -> Result<Answer<Vec<ExerciseSums>>, Problem> {
    let found = person.reader().exercises(person.user).await?;
    let sums = |sums: stats_store::ExerciseSums| ExerciseSums {
        exercise_id: sums.exercise_id,
        workouts: sums.workouts,
        sets: sums.sets,
        reps: sums.reps,
        volume_g: sums.volume_g,
        warmup_volume_g: sums.warmup_volume_g,
    };
    Ok(found.map(|found| found.into_iter().map(sums).collect()))
}

async fn trend(person: Person, asked: AskedTrend) -> Result<Answer<Trend>, Problem> {
    let days = Span(asked.from, asked.to).or_year(person.today, asked.period.most_days())?;
    let period = asked.period.starting(person.week_start(asked.week_start));
    let found = person.reader().trend(person.user, &asked.exercise_id.0, days, period).await?;
    let point = |point: &stats_store::TrendPoint| TrendPoint {
        first_day: point.first_day.to_string(),
        workouts: point.workouts,
        sets: point.sets,
        reps: point.reps,
        volume_g: point.volume_g,
        heaviest_g: point.heaviest_g,
        e1rm_g: point.e1rm_g,
    };
    Ok(found.map(|found| Trend {
        period: asked.period,
        e1rm_formula: "epley",
        points: found.iter().map(point).collect(),
    }))
}

async fn records(person: Person, asked: AskedExercise) -> Result<Answer<Vec<Record>>, Problem> {
    let found = person.reader().records(person.user, &asked.exercise_id.0).await?;
    Ok(found.map(|found| {
        let next_kinds = found.iter().skip(1).map(|next| Some(next.kind)).chain([None]);
        let with_next = found.iter().zip(next_kinds);
        with_next
            .map(|(record, next_kind)| Record {
                kind: record.kind,
                value: record.value,
                previous: record.previous,
                day: record.day.to_string(),
                workout_id: record.workout_id,
                stands: next_kind != Some(record.kind),
            })
            .collect()
    }))
}
