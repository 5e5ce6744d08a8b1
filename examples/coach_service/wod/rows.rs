//! A workout as rows: what it is, and its exercises in their order.

use sqlx::postgres::PgConnection;
use workout_events::WodId;
use workout_events::types::wod::WodRequested;

use crate::store::DatabaseError;
use crate::wod::generate::Wod;

/// Stores the workout of a request. There is none of it yet.
pub(super) async fn store_wod(
    connection: &mut PgConnection,
    wod_id: WodId,
    wanted: &WodRequested,
    wod: &Wod,
) -> Result<(), DatabaseError> {
    sqlx::query(
        "INSERT INTO coach.wods (wod_id, request_id, user_id, scheme, time_cap_s, rounds)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(wod_id.as_uuid())
    .bind(wanted.request_id.as_uuid())
    .bind(wanted.user_id.as_uuid())
    .bind(wod.scheme.as_str())
    .bind(wod.time_cap_s.map(u32::cast_signed))
    .bind(wod.rounds.map(i32::from))
    .execute(&mut *connection)
    .await?;
    for (position, movement) in (1_i32..).zip(&wod.movements) {
        sqlx::query(
            "INSERT INTO coach.wod_exercises (wod_id, position, exercise_id, name, reps, distance_m, duration_s)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(wod_id.as_uuid())
        .bind(position)
        .bind(&movement.exercise_id)
        .bind(&movement.name)
        .bind(movement.reps.map(i32::from))
        .bind(movement.distance_m.map(u32::cast_signed))
        .bind(movement.duration_s.map(u32::cast_signed))
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}
