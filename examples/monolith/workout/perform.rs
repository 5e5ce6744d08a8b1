//! That a workout was performed, and the event that says so: both or neither.

use sqlx::postgres::PgConnection;
use workout_events::{Event, WorkoutPerformed};

use crate::database::{Database, DatabaseError, apart, is_there};

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub(crate) enum Performed {
    /// It is stored and will be told, or was before.
    Yes,
    /// This revision is known, and says something else.
    Differs,
    /// The person was erased.
    Erased,
}

impl Database {
    pub(crate) async fn perform(&self, event: Event<WorkoutPerformed>) -> Result<Performed, DatabaseError> {
        let database = self.clone();
        apart(async move {
            let mut transaction = database.pool.begin().await?;
            let performed = if is_there(&mut transaction, event.data().user_id).await? {
                record(&database, &mut transaction, &event).await?
            } else {
                Performed::Erased
            };
            transaction.commit().await?;
            Ok(performed)
        })
        .await
    }
}

/// Stores and tells it, as part of a transaction that holds the lock of the person. What was recorded before is not told
/// again: the outbox has it, or had it.
pub(crate) async fn record(
    database: &Database,
    connection: &mut PgConnection,
    event: &Event<WorkoutPerformed>,
) -> Result<Performed, DatabaseError> {
    let data = event.data();
    let (workout, revision, said) = (data.workout_id, i64::from(data.revision), serde_json::to_vec(data)?);
    let new = sqlx::query(
        "INSERT INTO monolith.performed (workout_id, revision, user_id, digest) VALUES ($1, $2, $3, sha256($4))
         ON CONFLICT (workout_id, revision) DO NOTHING",
    );
    let new = new.bind(workout.as_uuid()).bind(revision).bind(data.user_id.as_uuid()).bind(&said);
    if new.execute(&mut *connection).await?.rows_affected() == 1 {
        database.outbox.enqueue(connection, event).await?;
        return Ok(Performed::Yes);
    }
    let same = sqlx::query_scalar(
        "SELECT digest = sha256($3) FROM monolith.performed WHERE workout_id = $1 AND revision = $2",
    );
    let same: bool = same.bind(workout.as_uuid()).bind(revision).bind(said).fetch_one(connection).await?;
    Ok(if same { Performed::Yes } else { Performed::Differs })
}
