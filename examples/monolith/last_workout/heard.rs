//! What is kept of what was heard.

use serde_json::{Value, json};
use workout_events::{UserId, WorkoutDeleted, WorkoutId, WorkoutPerformed};

use crate::database::{Database, DatabaseError, apart, is_there};

/// A revision of a workout.
pub(crate) struct Heard {
    workout: WorkoutId,
    revision: u32,
    /// Nothing where it is gone.
    kept: Option<Kept>,
}

struct Kept {
    user: UserId,
    ended_us: i64,
    shown: String,
}

impl Heard {
    /// Only what is shown is kept: neither a title nor notes.
    pub(crate) fn performed(data: &WorkoutPerformed) -> Self {
        let shown = json!({
            "user_id": data.user_id,
            "workout_id": data.workout_id,
            "revision": data.revision,
            "activity_type": data.activity_type,
            "started_at": data.started_at,
            "ended_at": data.ended_at,
            "time_zone": data.time_zone,
            "duration": data.duration_s(),
            "calories_burned": data.energy_kcal,
        });
        let ended_us = data.ended_at.timestamp().as_microsecond();
        let kept = Kept { user: data.user_id, ended_us, shown: shown.to_string() };
        Self { workout: data.workout_id, revision: data.revision, kept: Some(kept) }
    }

    pub(crate) fn deleted(data: &WorkoutDeleted) -> Self {
        Self { workout: data.workout_id, revision: data.revision, kept: None }
    }
}

impl Database {
    /// Keeps it, unless a higher revision is known, or this one: a deletion wins over the revision that it deletes.
    pub(crate) async fn hear(&self, mut heard: Heard) -> Result<(), DatabaseError> {
        let pool = self.pool.clone();
        apart(async move {
            let mut transaction = pool.begin().await?;
            if let Some(kept) = &heard.kept
                && !is_there(&mut transaction, kept.user).await?
            {
                heard.kept = None;
            }
            let (user, ended_us, shown) = match heard.kept {
                Some(Kept { user, ended_us, shown }) => (Some(*user.as_uuid()), Some(ended_us), Some(shown)),
                None => (None, None, None),
            };
            let keep = sqlx::query(
                "INSERT INTO monolith.heard (workout_id, revision, is_gone, user_id, ended_us, shown)
                 VALUES ($1, $2, $3::uuid IS NULL, $3, $4, $5::jsonb)
                 ON CONFLICT (workout_id) DO UPDATE
                 SET revision = excluded.revision, is_gone = excluded.is_gone, user_id = excluded.user_id,
                     ended_us = excluded.ended_us, shown = excluded.shown
                 WHERE (excluded.revision, excluded.is_gone) > (heard.revision, heard.is_gone)",
            );
            let keep = keep.bind(heard.workout.as_uuid()).bind(i64::from(heard.revision));
            keep.bind(user).bind(ended_us).bind(shown).execute(&mut *transaction).await?;
            Ok(transaction.commit().await?)
        })
        .await
    }

    /// The workout that ended last; of two that ended together always the same.
    pub(crate) async fn last_workout(&self, user: UserId) -> Result<Option<Value>, DatabaseError> {
        let pool = self.pool.clone();
        apart(async move {
            let last = sqlx::query_scalar(
                "SELECT shown::text FROM monolith.heard WHERE user_id = $1 AND NOT is_gone
                 ORDER BY ended_us DESC, workout_id DESC LIMIT 1",
            );
            let last: Option<String> = last.bind(user.as_uuid()).fetch_optional(&pool).await?;
            Ok(last.map(|shown| serde_json::from_str(&shown)).transpose()?)
        })
        .await
    }
}
