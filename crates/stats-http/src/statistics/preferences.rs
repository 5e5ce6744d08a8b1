//! How a person counts, and what others see.

use axum::body::Bytes;
use axum::http::Method;
use schemars::{JsonSchema, SchemaGenerator};
use serde::Serialize;
use stats_store::Answer;
use workout_events::ZoneName;
use workout_events::types::user::{Units, UserPreferencesChanged, UserVisibilityChanged, WeekStart};

use crate::operation::{Line, Nothing, Operation, Owner, Person, about, change, read_body};
use crate::problem::Problem;

/// How a person counts. What was never said is `null`.
#[derive(Debug, Serialize, JsonSchema)]
struct Preferences {
    /// The hour at which the person's day begins.
    day_start_hour: u8,
    /// The first day of the person's week.
    week_start: Option<WeekStart>,
    /// Where the person lives.
    time_zone: Option<ZoneName>,
    /// The units that the person reads. Answers have the same units for everybody.
    units: Option<Units>,
    /// What the person calls today.
    #[schemars(extend("format" = "date"))]
    today: String,
}

/// What others see of a person.
#[derive(Debug, Serialize, JsonSchema)]
struct Visibility {
    /// Whether the person is shown on leaderboards.
    leaderboard: bool,
}

/// How a person wants to count. What is absent stays as it is; at least one of them is there.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, extend("minProperties" = 1))]
#[expect(dead_code, reason = "says what the schema of the body is")]
struct WantedPreferences {
    /// The hour at which the person's day begins.
    #[schemars(with = "u8", range(min = 0, max = 23))]
    #[serde(default)]
    day_start_hour: Option<u8>,
    /// The first day of the person's week.
    #[schemars(with = "WeekStart")]
    #[serde(default)]
    week_start: Option<WeekStart>,
    /// Where the person lives.
    #[schemars(with = "ZoneName")]
    #[serde(default)]
    time_zone: Option<ZoneName>,
    /// The units that the person reads.
    #[schemars(with = "Units")]
    #[serde(default)]
    units: Option<Units>,
}

/// What others are to see of a person. What is absent stays as it is; at least one of them is there.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, extend("minProperties" = 1))]
#[expect(dead_code, reason = "says what the schema of the body is")]
struct WantedVisibility {
    /// Whether the person is shown on leaderboards.
    #[schemars(with = "bool")]
    #[serde(default)]
    leaderboard: Option<bool>,
    /// What the person is called there.
    #[schemars(with = "Line<40>")]
    #[serde(default)]
    display_name: Option<String>,
}

pub(super) fn operations() -> Vec<Operation> {
    const PREFERENCES: &str = "/v1/users/{user_id}/preferences";
    const VISIBILITY: &str = "/v1/users/{user_id}/visibility";
    let preferences_body = Some(SchemaGenerator::subschema_for::<WantedPreferences> as _);
    let visibility_body = Some(SchemaGenerator::subschema_for::<WantedVisibility> as _);
    let (prefer_summary, show_summary) = ("Changes how the person counts.", "Changes what others see of the person.");
    vec![
        about(PREFERENCES, "preferences", "How the person counts.", preferences),
        change(&Method::PUT, PREFERENCES, "change_preferences", prefer_summary, preferences_body, prefer),
        about(VISIBILITY, "visibility", "What others see of the person.", visibility),
        change(&Method::PUT, VISIBILITY, "change_visibility", show_summary, visibility_body, show),
    ]
}

async fn preferences(person: Person, _: Nothing) -> Result<Answer<Preferences>, Problem> {
    let today = person.today.to_string();
    Ok(person.lifetime.map(|lifetime| Preferences {
        day_start_hour: lifetime.preferences.day_start_hour,
        week_start: lifetime.preferences.week_start,
        time_zone: lifetime.preferences.time_zone,
        units: lifetime.preferences.units,
        today,
    }))
}

async fn visibility(person: Person, _: Nothing) -> Result<Answer<Visibility>, Problem> {
    Ok(person.lifetime.map(|lifetime| Visibility { leaderboard: lifetime.preferences.leaderboard }))
}

/// Answers with what holds then, which is what somebody else has said if that was later.
async fn prefer(owner: Owner, _: Nothing, body: Bytes) -> Result<Answer<Preferences>, Problem> {
    let person = [("user_id", owner.user().to_string())];
    owner.say(read_body::<UserPreferencesChanged>(&body, &person)?).await?;
    preferences(owner.person.again().await?, Nothing {}).await
}

async fn show(owner: Owner, _: Nothing, body: Bytes) -> Result<Answer<Visibility>, Problem> {
    let person = [("user_id", owner.user().to_string())];
    owner.say(read_body::<UserVisibilityChanged>(&body, &person)?).await?;
    visibility(owner.person.again().await?, Nothing {}).await
}
