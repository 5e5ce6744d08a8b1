//! Requests and workouts as people are shown them: the database writes the JSON.

use serde_json::value::RawValue;
use workout_events::{UserId, WodId, WodRequestId};

use crate::store::{DatabaseError, Store, apart};

impl Store {
    pub(crate) async fn request(&self, request: WodRequestId) -> Result<Option<Box<RawValue>>, DatabaseError> {
        let pool = self.pool.clone();
        apart(async move {
            let shown = sqlx::query_scalar("SELECT shown::text FROM coach.shown_requests WHERE request_id = $1");
            let shown = shown.bind(request.as_uuid()).fetch_optional(&pool).await?;
            Ok(shown.map(RawValue::from_string).transpose()?)
        })
        .await
    }

    pub(crate) async fn wod(&self, wod: WodId) -> Result<Option<Box<RawValue>>, DatabaseError> {
        let pool = self.pool.clone();
        apart(async move {
            let shown = sqlx::query_scalar("SELECT shown::text FROM coach.shown_wods WHERE wod_id = $1");
            let shown = shown.bind(wod.as_uuid()).fetch_optional(&pool).await?;
            Ok(shown.map(RawValue::from_string).transpose()?)
        })
        .await
    }

    /// The workouts of a person, newest first, from before one of them. `None` when there is no such one.
    pub(crate) async fn wods(
        &self,
        user: UserId,
        before: Option<WodId>,
        most: i64,
    ) -> Result<Option<Vec<Box<RawValue>>>, DatabaseError> {
        let pool = self.pool.clone();
        apart(async move {
            if let Some(before) = before {
                let is_theirs: bool =
                    sqlx::query_scalar("SELECT EXISTS (SELECT FROM coach.wods WHERE wod_id = $1 AND user_id = $2)")
                        .bind(before.as_uuid())
                        .bind(user.as_uuid())
                        .fetch_one(&pool)
                        .await?;
                if !is_theirs {
                    return Ok(None);
                }
            }
            let shown: Vec<String> = sqlx::query_scalar(
                "SELECT shown::text FROM coach.shown_wods WHERE user_id = $1 AND ($2::uuid IS NULL
                     OR (created_at, wod_id) < (SELECT created_at, wod_id FROM coach.wods WHERE wod_id = $2))
                 ORDER BY created_at DESC, wod_id DESC LIMIT $3",
            )
            .bind(user.as_uuid())
            .bind(before.map(|before| *before.as_uuid()))
            .bind(most)
            .fetch_all(&pool)
            .await?;
            Ok(Some(shown.into_iter().map(RawValue::from_string).collect::<Result<_, _>>()?))
        })
        .await
    }
}
