//! What is known of a workout.

use workout_events::WorkoutId;

use crate::database::{Database, DatabaseError, apart};

/// The highest revision of a workout.
pub(crate) struct Status {
    pub(crate) revision: i64,
    pub(crate) is_gone: bool,
}

impl Database {
    /// What was performed here is known at once, and the rest when it has been heard. A deletion wins over the revision that
    /// it deletes.
    pub(crate) async fn status(&self, workout: WorkoutId) -> Result<Option<Status>, DatabaseError> {
        let pool = self.pool.clone();
        apart(async move {
            let known = sqlx::query_as(
                "SELECT revision, is_gone FROM monolith.heard WHERE workout_id = $1
                 UNION ALL
                 SELECT revision, false FROM monolith.performed WHERE workout_id = $1
                 ORDER BY revision DESC, is_gone DESC LIMIT 1",
            );
            let known: Option<(i64, bool)> = known.bind(workout.as_uuid()).fetch_optional(&pool).await?;
            Ok(known.map(|(revision, is_gone)| Status { revision, is_gone }))
        })
        .await
    }
}
