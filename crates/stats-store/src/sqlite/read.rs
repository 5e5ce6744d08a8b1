//! Reading.

use async_trait::async_trait;
use workout_events::UserId;

use crate::error::{StoreError, database};
use crate::seam::StatsReader;
use crate::sqlite::connect::Sqlite;
use crate::totals::Totals;

#[async_trait]
impl StatsReader for Sqlite {
    async fn totals(&self, user: UserId) -> Result<Totals, StoreError> {
        let columns = sqlx::query_as(
            "SELECT workouts, duration_s, energy_kcal, energy_workouts FROM workout_stats_totals WHERE user_id = $1",
        )
        .bind(user.as_uuid())
        .fetch_optional(&self.pool)
        .await
        .map_err(database)?;
        Totals::from_columns(columns)
    }

    async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT 1").execute(&self.pool).await.map_err(database)?;
        Ok(())
    }
}
