//! Workouts: page by page, the last one, and those that make up a number.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stats_store::{After, Answer, Days, Performed, Tries, WorkoutFilter};
use workout_events::{ActivityType, WorkoutId};

use super::cursor;
use super::sums::Sums;
use crate::limit::fnv;
use crate::operation::{Date, Nothing, Operation, PageSize, Person, Span, about};
use crate::problem::{Code, Problem};

/// A workout that counts, in brief.
#[derive(Debug, Serialize, JsonSchema)]
#[expect(clippy::struct_field_names, reason = "the names are those of the answer")]
pub(crate) struct Workout {
    /// The workout.
    workout_id: WorkoutId,
    /// Which of its revisions counts.
    revision: u32,
    /// When it began.
    #[schemars(extend("format" = "date-time"))]
    started_at: String,
    /// The local day it belongs to.
    #[schemars(extend("format" = "date"))]
    day: String,
    /// What was done.
    activity: ActivityType,
    /// Seconds of training.
    duration_s: i64,
    /// Kilocalories, if reported.
    energy_kcal: Option<i64>,
    /// Metres, if reported.
    distance_m: Option<i64>,
    /// Metres climbed, if reported.
    elevation_gain_m: Option<i64>,
    /// Grams times repetitions, if there is a set with both.
    volume_g: Option<i64>,
    /// Working sets.
    sets: i64,
}

impl From<&Performed> for Workout {
    fn from(performed: &Performed) -> Self {
        Self {
            workout_id: performed.workout_id,
            revision: performed.revision,
            started_at: performed.started_at.to_string(),
            day: performed.day.to_string(),
            activity: performed.activity,
            duration_s: performed.duration_s,
            energy_kcal: performed.energy_kcal,
            distance_m: performed.distance_m,
            elevation_gain_m: performed.elevation_gain_m,
            volume_g: performed.volume_g,
            sets: performed.sets,
        }
    }
}

/// Workouts, the last one first.
#[derive(Debug, Serialize, JsonSchema)]
struct Page {
    /// The workouts of this page.
    workouts: Vec<Workout>,
    /// What to ask with for the next page; `null` on the last one.
    next_cursor: Option<String>,
}

/// A number, and what it is made of.
#[derive(Debug, Serialize, JsonSchema)]
struct Explained {
    /// The sums over the workouts.
    sums: Sums,
    /// The workouts of this page, the last one first.
    workouts: Vec<Workout>,
    /// What to ask with for the next page; `null` on the last one.
    next_cursor: Option<String>,
}

/// Which workouts.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct AskedPage {
    /// The first day. Absent means: since ever.
    from: Option<Date>,
    /// The last day. Absent means: for ever.
    to: Option<Date>,
    /// Only this activity. Absent means all.
    activity: Option<ActivityType>,
    /// How many on a page.
    #[serde(default)]
    limit: PageSize,
    /// Where the page before ended, with the same filters.
    cursor: Option<String>,
}

/// What a number is of.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct AskedNumber {
    /// The first day. Absent means: a year before the last.
    from: Option<Date>,
    /// The last day. Absent means: today, by the clocks where the person lives.
    to: Option<Date>,
    /// Only this activity. Absent means all.
    activity: Option<ActivityType>,
    /// How many workouts on a page.
    #[serde(default)]
    limit: PageSize,
    /// Where the page before ended, with the same filters.
    cursor: Option<String>,
}

pub(super) fn operations() -> Vec<Operation> {
    let explain_summary = "Which workouts make up the sums of some days, page by page.";
    vec![
        about("/v1/users/{user_id}/workouts", "workouts", "Workouts page by page, the last one first.", workouts)
            .may(&[Code::InvalidRange, Code::InvalidCursor]),
        about("/v1/users/{user_id}/last-workout", "last_workout", "The workout that began last.", last_workout),
        about("/v1/users/{user_id}/explain", "explain", explain_summary, explain).may(&[
            Code::InvalidRange,
            Code::RangeTooLong,
            Code::InvalidCursor,
        ]),
    ]
}

async fn workouts(person: Person, asked: AskedPage) -> Result<Answer<Page>, Problem> {
    let listed = Listed { days: Span(asked.from, asked.to).or_all()?, activity: asked.activity, size: asked.limit.0 };
    listed.page(&person, asked.cursor.as_deref()).await
}

/// A list of workouts, and how many of them are on a page.
struct Listed {
    days: Days,
    activity: Option<ActivityType>,
    size: u16,
}

impl Listed {
    async fn page(&self, person: &Person, cursor: Option<&str>) -> Result<Answer<Page>, Problem> {
        let activity = self.activity.map_or("", ActivityType::as_str);
        let days = [self.days.first.to_string(), self.days.last.to_string()];
        let listed =
            fnv(&[person.user.as_uuid().as_bytes(), days[0].as_bytes(), days[1].as_bytes(), activity.as_bytes()]);

        let mut filter = WorkoutFilter::new(self.size).days(self.days);
        if let Some(activity) = self.activity {
            filter = filter.activity(activity);
        }
        if let Some(cursor) = cursor {
            filter = filter.after_key(cursor::read(cursor, listed).ok_or(Code::InvalidCursor)?);
        }
        Ok(person.reader().workouts(person.user, &filter).await?.map(|found| {
            let last = found.last().filter(|_| found.len() == usize::from(self.size));
            let after = last.map(|last| After { started_at: last.started_at, workout_id: last.workout_id });
            Page {
                workouts: found.iter().map(Workout::from).collect(),
                next_cursor: after.map(|after| cursor::write(after, listed)),
            }
        }))
    }
}

async fn last_workout(person: Person, _: Nothing) -> Result<Answer<Option<Workout>>, Problem> {
    Ok(person.reader().last_workout(person.user).await?.map(|found| found.as_ref().map(Workout::from)))
}

/// Both are read until they are of one moment, so that the workouts of all pages of one moment add up to the sums.
async fn explain(person: Person, asked: AskedNumber) -> Result<Answer<Explained>, Problem> {
    let days = Span(asked.from, asked.to).or_year(person.today, 1_100)?;
    let listed = Listed { days, activity: asked.activity, size: asked.limit.0 };
    let mut tries = Tries::new();
    loop {
        tries.again()?;
        let sums = person.reader().total(person.user, days, asked.activity).await?;
        let page = listed.page(&person, asked.cursor.as_deref()).await?;
        if sums.as_of == page.as_of {
            let Page { workouts, next_cursor } = page.value;
            return Ok(sums.map(|sums| Explained { sums: sums.into(), workouts, next_cursor }));
        }
    }
}
