//! What people write: axum, sqlx, and the sum over the days of whoever is asked about.

use std::net::{Ipv4Addr, SocketAddr};

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;
use sqlx::postgres::{PgPool, PgPoolOptions};
use tokio::net::TcpListener;
use uuid::Uuid;
use workout_benches::Failure;

/// The days of the store, in a table as one would make it.
const TABLE: &str = "
    DROP TABLE IF EXISTS by_hand_daily;
    CREATE TABLE by_hand_daily (
        user_id uuid, day integer, n bigint NOT NULL, duration_s bigint NOT NULL, energy_kcal bigint,
        PRIMARY KEY (user_id, day));
    INSERT INTO by_hand_daily
        SELECT user_id, day, sum(workouts), sum(duration_s), sum(energy_kcal) FILTER (WHERE energy_workouts > 0)
        FROM workout_stats.days
        GROUP BY user_id, day ORDER BY user_id, day";

const STATEMENT: &str = "SELECT sum(n)::bigint, sum(duration_s)::bigint, sum(energy_kcal)::bigint
                         FROM by_hand_daily WHERE user_id = $1";

#[derive(Serialize)]
struct Statistics {
    total_workouts: i64,
    total_duration: i64,
    total_calories_burned: Option<i64>,
    average_session_duration: Option<f64>,
}

pub(crate) async fn create(pool: &PgPool) -> Result<(), Failure> {
    sqlx::raw_sql(TABLE).execute(pool).await?;
    Ok(())
}

/// Serves it, until the runtime ends.
pub(crate) async fn serve(url: &str, connections: u32) -> Result<(SocketAddr, PgPool), Failure> {
    let pool = PgPoolOptions::new().max_connections(connections).connect(url).await?;
    let routes = Router::new().route("/users/{user_id}/statistics", get(statistics)).with_state(pool.clone());
    Ok((listen(routes).await?, pool))
}

/// The same without a database: the limit of HTTP on this machine, and of whoever asks.
pub(crate) async fn serve_constant() -> Result<SocketAddr, Failure> {
    let body = Statistics {
        total_workouts: 100,
        total_duration: 360_000,
        total_calories_burned: None,
        average_session_duration: Some(3_600.0),
    };
    let body = serde_json::to_string(&body)?;
    listen(Router::new().route("/users/{user_id}/statistics", get(async move || body.clone()))).await
}

async fn listen(routes: Router) -> Result<SocketAddr, Failure> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move { axum::serve(listener, routes).await });
    Ok(address)
}

#[expect(clippy::cast_precision_loss, reason = "it is an average")]
async fn statistics(State(pool): State<PgPool>, Path(user): Path<String>) -> Result<Json<Statistics>, StatusCode> {
    let user: Uuid = user.parse().map_err(|_| StatusCode::BAD_REQUEST)?;
    let sums = sqlx::query_as::<_, (Option<i64>, Option<i64>, Option<i64>)>(STATEMENT).bind(user).fetch_one(&pool);
    let (workouts, duration, energy) = sums.await.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
    let (workouts, duration) = (workouts.unwrap_or(0), duration.unwrap_or(0));
    Ok(Json(Statistics {
        total_workouts: workouts,
        total_duration: duration,
        total_calories_burned: energy,
        average_session_duration: (workouts > 0).then(|| duration as f64 / workouts as f64),
    }))
}
