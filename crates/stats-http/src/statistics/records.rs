//! Records of everything: those that stand, and those that were set last.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stats_store::{Answer, RecordOf};
use workout_events::types::record::RecordKind;
use workout_events::{ActivityType, WorkoutId};

use crate::operation::{Nothing, Operation, PageSize, Person, about};
use crate::problem::Problem;

/// A best, of an exercise or of an activity.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Record {
    /// The exercise it is a record of.
    exercise_id: Option<String>,
    /// The activity it is a record of.
    activity: Option<ActivityType>,
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
}

impl From<stats_store::Record> for Record {
    fn from(record: stats_store::Record) -> Self {
        let (exercise_id, activity) = match record.of {
            RecordOf::Exercise(id) => (Some(id), None),
            RecordOf::Activity(activity) => (None, Some(activity)),
            _ => (None, None),
        };
        Self {
            exercise_id,
            activity,
            kind: record.kind,
            value: record.value,
            previous: record.previous,
            day: record.day.to_string(),
            workout_id: record.workout_id,
        }
    }
}

/// How many.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// How many at most.
    #[serde(default)]
    limit: PageSize,
}

pub(super) fn operations() -> Vec<Operation> {
    let latest_summary = "The records that were set last, whether they still stand or not.";
    vec![
        about("/v1/users/{user_id}/records", "records", "The records that stand, of everything.", bests),
        about("/v1/users/{user_id}/latest-records", "latest_records", latest_summary, latest),
    ]
}

async fn bests(person: Person, _: Nothing) -> Result<Answer<Vec<Record>>, Problem> {
    let found = person.reader().bests(person.user).await?;
    Ok(found.map(|found| found.into_iter().map(Record::from).collect()))
}

async fn latest(person: Person, asked: Asked) -> Result<Answer<Vec<Record>>, Problem> {
    let found = person.reader().latest_records(person.user, asked.limit.0).await?;
    Ok(found.map(|found| found.into_iter().map(Record::from).collect()))
}
