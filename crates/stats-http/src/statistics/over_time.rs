//! Sums period by period.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stats_store::{Answer, Period};
use workout_events::ActivityType;
use workout_events::types::user::WeekStart;

use super::sums::Sums;
use crate::operation::{Date, Operation, Person, Span, about};
use crate::problem::{Code, Problem};

/// How long a period is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum PeriodName {
    /// A day.
    Day,
    /// Seven days from the first day of the week on.
    Week,
    /// A month of the calendar.
    Month,
    /// A year of the calendar.
    Year,
}

impl PeriodName {
    pub(super) fn starting(self, week_start: WeekStart) -> Period {
        match self {
            Self::Day => Period::Day,
            Self::Week => Period::Week(week_start),
            Self::Month => Period::Month,
            Self::Year => Period::Year,
        }
    }

    /// How many days may be asked for: about a thousand points at most, apart from what months cost.
    pub(super) fn most_days(self) -> i32 {
        match self {
            Self::Day => 1_100,
            Self::Week => 7_700,
            Self::Month | Self::Year => 36_525,
        }
    }
}

/// Sums period by period. Periods without a workout are left out.
#[derive(Debug, Serialize, JsonSchema)]
struct Series {
    /// How long a period is.
    period: PeriodName,
    /// The first day of the week, where weeks were asked for.
    week_start: Option<WeekStart>,
    /// The periods, in order.
    points: Vec<Point>,
}

/// The sums of one period.
#[derive(Debug, Serialize, JsonSchema)]
struct Point {
    /// The first day of the period.
    #[schemars(extend("format" = "date"))]
    first_day: String,
    /// The sums over those of its days that were asked for.
    #[serde(flatten)]
    sums: Sums,
}

/// The sums of a day.
#[derive(Debug, Serialize, JsonSchema)]
struct CalendarDay {
    /// The day.
    #[schemars(extend("format" = "date"))]
    day: String,
    /// How many workouts there are.
    workouts: i64,
    /// Seconds of training.
    duration_s: i64,
}

/// Some days, in periods.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// How long a period is.
    period: PeriodName,
    /// The first day. Absent means: a year before the last.
    from: Option<Date>,
    /// The last day. Absent means: today, by the clocks where the person lives.
    to: Option<Date>,
    /// Only this activity. Absent means all.
    activity: Option<ActivityType>,
    /// The first day of the week. Absent means: as the person has it.
    week_start: Option<WeekStart>,
}

/// Some days.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct AskedDays {
    /// The first day. Absent means: a year before the last.
    from: Option<Date>,
    /// The last day. Absent means: today, by the clocks where the person lives.
    to: Option<Date>,
}

pub(super) fn operations() -> Vec<Operation> {
    const RANGE: &[Code] = &[Code::InvalidRange, Code::RangeTooLong];
    let calendar_summary = "The days with a workout, as a heat map shows them.";
    vec![
        about("/v1/users/{user_id}/series", "series", "Sums by day, week, month or year.", series).may(RANGE),
        about("/v1/users/{user_id}/calendar", "calendar", calendar_summary, calendar).may(RANGE),
    ]
}

async fn series(person: Person, asked: Asked) -> Result<Answer<Series>, Problem> {
    let days = Span(asked.from, asked.to).or_year(person.today, asked.period.most_days())?;
    let week_start = person.week_start(asked.week_start);
    let period = asked.period.starting(week_start);
    let found = person.reader().series(person.user, days, period, asked.activity).await?;
    let point = |point: stats_store::Point| Point { first_day: point.first_day.to_string(), sums: point.sums.into() };
    Ok(found.map(|points| Series {
        period: asked.period,
        week_start: (asked.period == PeriodName::Week).then_some(week_start),
        points: points.into_iter().map(point).collect(),
    }))
}

async fn calendar(person: Person, asked: AskedDays) -> Result<Answer<Vec<CalendarDay>>, Problem> {
    let days = Span(asked.from, asked.to).or_year(person.today, PeriodName::Day.most_days())?;
    let found = person.reader().calendar(person.user, days).await?;
    let day = |active: &stats_store::ActiveDay| CalendarDay {
        day: active.day.to_string(),
        workouts: active.workouts,
        duration_s: active.duration_s,
    };
    Ok(found.map(|days| days.iter().map(day).collect()))
}
