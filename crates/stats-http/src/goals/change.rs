//! Setting, changing and giving up goals: each is an event, and what follows from it is what the store makes of it.

use axum::body::Bytes;
use axum::http::Method;
use schemars::{JsonSchema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use stats_store::Answer;
use workout_events::types::goal::{GoalCancelled, GoalChanged, GoalMetric, GoalPeriod, GoalSet};
use workout_events::{ActivityType, GoalId, Moment};

use crate::operation::{Line, Nothing, Operation, Owner, Slug, change, read_body};
use crate::problem::{Code, Problem};

/// A goal to be set.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "says what the schema of the body is")]
struct NewGoal {
    /// What is measured.
    metric: GoalMetric,
    /// The value to reach, in the unit of the metric.
    #[schemars(range(min = 1, max = 1_000_000_000))]
    target: u32,
    /// The stretch of time over which it counts.
    period: GoalPeriod,
    /// Only workouts of this activity count. Absent means all.
    #[schemars(with = "ActivityType")]
    #[serde(default)]
    activity_type: Option<ActivityType>,
    /// Only this exercise counts. Absent means all.
    #[schemars(with = "Slug")]
    #[serde(default)]
    exercise_id: Option<Slug>,
    /// When it begins to count. Absent means: now.
    #[schemars(with = "Moment")]
    #[serde(default)]
    starts_at: Option<Moment>,
    /// Until when it is to be reached. Absent means: no end.
    #[schemars(with = "Moment")]
    #[serde(default)]
    due_at: Option<Moment>,
    /// What the person calls it.
    #[schemars(with = "Line<200>")]
    #[serde(default)]
    title: Option<String>,
}

/// What is to be another. At least one of them.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, extend("minProperties" = 1))]
#[expect(dead_code, reason = "says what the schema of the body is")]
struct GoalPatch {
    /// The value to reach, in the unit of the metric.
    #[schemars(with = "u32", range(min = 1, max = 1_000_000_000))]
    #[serde(default)]
    target: Option<u32>,
    /// The stretch of time over which it counts.
    #[schemars(with = "GoalPeriod")]
    #[serde(default)]
    period: Option<GoalPeriod>,
    /// Until when it is to be reached.
    #[schemars(with = "Moment")]
    #[serde(default)]
    due_at: Option<Moment>,
    /// What the person calls it.
    #[schemars(with = "Line<200>")]
    #[serde(default)]
    title: Option<String>,
}

/// The goal that it was about.
#[derive(Debug, Serialize, JsonSchema)]
struct Changed {
    /// The goal.
    goal_id: GoalId,
}

/// Which goal.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// The goal.
    goal_id: GoalId,
}

pub(super) fn operations() -> Vec<Operation> {
    const GOAL: &str = "/v1/users/{user_id}/goals/{goal_id}";
    let new_goal = Some(SchemaGenerator::subschema_for::<NewGoal> as _);
    let patch = Some(SchemaGenerator::subschema_for::<GoalPatch> as _);
    vec![
        change(&Method::POST, "/v1/users/{user_id}/goals", "set_goal", "Sets a goal.", new_goal, set)
            .may(&[Code::TooManyGoals]),
        change(&Method::PATCH, GOAL, "change_goal", "Changes a goal.", patch, alter),
        change(&Method::DELETE, GOAL, "cancel_goal", "Gives a goal up.", None, cancel),
    ]
}

/// How many goals a person may have set from here. Each of them is looked at whenever something is written about the person.
///
/// It is a limit of this door and not of the store: what arrives as an event has happened, and a store that left out the
/// last of them would depend on their order.
pub(crate) const MOST: usize = 500;

async fn set(owner: Owner, _: Nothing, body: Bytes) -> Result<Answer<Changed>, Problem> {
    let goal_id = owner.key.as_ref().map_or_else(GoalId::generate, |key| key.goal_id(owner.user()));
    let goals = owner.person.reader().goals_set(owner.user()).await?.value;
    // One that is there was set by this request, which is sent again.
    if goals.len() >= MOST && !goals.iter().any(|goal| goal.goal_id == goal_id) {
        return Err(Code::TooManyGoals.into());
    }
    let ids = [("goal_id", goal_id.to_string()), ("user_id", owner.user().to_string())];
    let as_of = owner.say(read_body::<GoalSet>(&body, &ids)?).await?;
    Ok(Answer::new(as_of, Changed { goal_id }))
}

async fn alter(owner: Owner, asked: Asked, body: Bytes) -> Result<Answer<Changed>, Problem> {
    let goal_id = existing(&owner, asked.goal_id).await?;
    let ids = [("goal_id", goal_id.to_string()), ("user_id", owner.user().to_string())];
    let as_of = owner.say(read_body::<GoalChanged>(&body, &ids)?).await?;
    Ok(Answer::new(as_of, Changed { goal_id }))
}

async fn cancel(owner: Owner, asked: Asked, _: Bytes) -> Result<Answer<Changed>, Problem> {
    let goal_id = existing(&owner, asked.goal_id).await?;
    let as_of = owner.say(GoalCancelled::new(goal_id, owner.user())).await?;
    Ok(Answer::new(as_of, Changed { goal_id }))
}

/// A goal of this person. Those of others are not there.
async fn existing(owner: &Owner, goal_id: GoalId) -> Result<GoalId, Problem> {
    let goals = owner.person.reader().goals_set(owner.user()).await?.value;
    if goals.iter().any(|goal| goal.goal_id == goal_id) { Ok(goal_id) } else { Err(Code::NotFound.into()) }
}
