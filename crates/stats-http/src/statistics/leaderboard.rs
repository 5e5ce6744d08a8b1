//! People beside one another: those who want to be.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::Method;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use schemars::{JsonSchema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use stats_store::{Board, Day, Ranked, RankedBy, Span};
use tokio::time::timeout;
use workout_events::jiff::tz::TimeZone;
use workout_events::{ActivityType, UserId};

use crate::operation::{Access, Date, Operation, Output, PageSize, read_pairs, split_query};
use crate::problem::{Code, Problem};
use crate::state::Shared;

/// A person on a leaderboard.
#[derive(Debug, Serialize, JsonSchema)]
struct Place {
    /// The place, from 1 on. People with equal values share one.
    rank: u32,
    /// The person.
    user_id: UserId,
    /// What the person is called where others see it.
    display_name: Option<String>,
    /// How much it is.
    value: i64,
}

impl From<Ranked> for Place {
    fn from(ranked: Ranked) -> Self {
        Self { rank: ranked.rank, user_id: ranked.user_id, display_name: ranked.display_name, value: ranked.value }
    }
}

/// The people on a leaderboard, the first one first.
#[derive(Debug, Serialize, JsonSchema)]
struct Leaderboard {
    /// The people.
    data: Vec<Place>,
}

/// Over which stretch people are compared.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum SpanName {
    /// A week, which begins on Monday for everybody.
    Week,
    /// A month of the calendar.
    Month,
    /// A year of the calendar.
    Year,
    /// From the beginning.
    Ever,
}

/// What people are compared by.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum By {
    /// Number of workouts.
    Workouts,
    /// Seconds.
    DurationS,
    /// Kilocalories.
    EnergyKcal,
    /// Metres.
    DistanceM,
    /// Metres climbed.
    ElevationGainM,
    /// Grams times repetitions.
    VolumeG,
}

/// Which leaderboard.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// Over which stretch.
    span: SpanName,
    /// By what.
    by: By,
    /// A day of the stretch. Absent means: today, in UTC.
    day: Option<Date>,
    /// Only by this activity. Absent means all.
    activity: Option<ActivityType>,
    /// How many people at most.
    #[serde(default)]
    limit: PageSize,
}

pub(super) fn operations() -> Vec<Operation> {
    vec![Operation {
        method: Method::GET,
        path: "/v1/leaderboard",
        id: "leaderboard",
        summary: "People beside one another: those who want to be shown.",
        access: Access::Known,
        input: Asked::json_schema,
        body: None,
        output: Output::Json(SchemaGenerator::subschema_for::<Leaderboard>),
        problems: &[],
        route: get(leaderboard),
    }]
}

async fn leaderboard(State(shared): State<Shared>, request: Request) -> Result<Response, Problem> {
    let (request, _) = request.into_parts();
    shared.admit(&request).await?;
    let asked: Asked = read_pairs(&split_query(request.uri.query().unwrap_or_default())?)?;
    let board = board(&shared, &asked);
    let found = timeout(shared.settings.answer_within, shared.reader.leaderboard(&board));
    let found = found.await.map_err(|_| Code::TimedOut)??;
    let headers = [(axum::http::header::CACHE_CONTROL, "private, no-cache")];
    Ok((headers, Json(Leaderboard { data: found.into_iter().map(Place::from).collect() })).into_response())
}

fn board(shared: &Shared, asked: &Asked) -> Board {
    let today = || Day::new(TimeZone::UTC.to_datetime((shared.settings.now)()).date());
    let span = match asked.span {
        SpanName::Week => Span::Week,
        SpanName::Month => Span::Month,
        SpanName::Year => Span::Year,
        SpanName::Ever => Span::Ever,
    };
    let by = match asked.by {
        By::Workouts => RankedBy::Workouts,
        By::DurationS => RankedBy::DurationS,
        By::EnergyKcal => RankedBy::EnergyKcal,
        By::DistanceM => RankedBy::DistanceM,
        By::ElevationGainM => RankedBy::ElevationGainM,
        By::VolumeG => RankedBy::VolumeG,
    };
    let board = Board::new(span, asked.day.map_or_else(today, |day| day.0), by).limit(asked.limit.0);
    match asked.activity {
        Some(activity) => board.activity(activity),
        None => board,
    }
}
