//! That a workout was performed, and the event that says so: both or neither.

use sqlx::postgres::PgConnection;
use workout_events::{Event, WorkoutPerformed};

use crate::store::{DatabaseError, Store, apart, lock};

/// What became of it.
#[must_use]
pub(crate) enum Performed {
    /// It is stored, and its event will be published.
    New,
    /// The same was stored before.
    Known,
    /// This revision is known and says something else, or the workout is somebody else's.
    Differs,
    /// The person was erased.
    Erased,
}

impl Store {
    pub(crate) async fn perform(&self, event: Event<WorkoutPerformed>) -> Result<Performed, DatabaseError> {
        let store = self.clone();
        apart(async move {
            let mut transaction = store.pool.begin().await?;
            let performed = write(&mut transaction, event.data()).await?;
            if matches!(performed, Performed::New) {
                store.outbox.enqueue(&mut transaction, &event).await?;
                transaction.commit().await?;
            }
            Ok(performed)
        })
        .await
    }
}

async fn write(connection: &mut PgConnection, data: &WorkoutPerformed) -> Result<Performed, DatabaseError> {
    if !lock(connection, data.user_id).await? {
        return Ok(Performed::Erased);
    }
    let (workout, revision, said) = (data.workout_id.as_uuid(), i64::from(data.revision), serde_json::to_vec(data)?);
    let is_theirs = sqlx::query(
        "INSERT INTO coach.workouts (workout_id, user_id, revision) VALUES ($1, $2, $3)
         ON CONFLICT (workout_id) DO UPDATE SET revision = GREATEST(workouts.revision, excluded.revision)
         WHERE workouts.user_id = excluded.user_id",
    );
    let is_theirs = is_theirs.bind(workout).bind(data.user_id.as_uuid()).bind(revision);
    if is_theirs.execute(&mut *connection).await?.rows_affected() == 0 {
        return Ok(Performed::Differs);
    }
    let is_new = sqlx::query(
        "INSERT INTO coach.revisions (workout_id, revision, digest) VALUES ($1, $2, sha256($3))
         ON CONFLICT (workout_id, revision) DO NOTHING",
    );
    if is_new.bind(workout).bind(revision).bind(&said).execute(&mut *connection).await?.rows_affected() == 1 {
        return Ok(Performed::New);
    }
    let is_the_same =
        sqlx::query_scalar("SELECT digest = sha256($3) FROM coach.revisions WHERE workout_id = $1 AND revision = $2");
    let is_the_same: bool = is_the_same.bind(workout).bind(revision).bind(said).fetch_one(connection).await?;
    Ok(if is_the_same { Performed::Known } else { Performed::Differs })
}
