//! The statistics of a user.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderName, header};
use serde::Serialize;
use stats_store::{StatsReader, Totals};
use workout_events::UserId;

use crate::problem::Problem;

/// The names are agreed with other teams. Absent numbers are `null`, so that nobody takes them for 0.
#[derive(Serialize)]
pub(crate) struct Statistics {
    total_workouts: u64,
    /// Seconds.
    total_duration: u64,
    /// Kilocalories, of the workouts that report them.
    total_calories_burned: Option<u64>,
    /// Seconds.
    average_session_duration: Option<f64>,
}

impl From<Totals> for Statistics {
    fn from(totals: Totals) -> Self {
        Self {
            total_workouts: totals.total_workouts,
            total_duration: totals.total_duration,
            total_calories_burned: totals.total_calories_burned,
            average_session_duration: totals.average_session_duration(),
        }
    }
}

/// They are someone's and change at any time, so nothing on the way may keep them.
const PRIVATE: [(HeaderName, &str); 1] = [(header::CACHE_CONTROL, "no-store")];

pub(crate) async fn get(
    State(reader): State<Arc<dyn StatsReader>>,
    user: Result<Path<String>, PathRejection>,
) -> Result<([(HeaderName, &'static str); 1], Json<Statistics>), Problem> {
    let Path(user) = user.map_err(|_| Problem::InvalidUserId)?;
    let user: UserId = user.parse().map_err(|_| Problem::InvalidUserId)?;
    let totals = reader.totals(user).await?;
    Ok((PRIVATE, Json(totals.into())))
}
