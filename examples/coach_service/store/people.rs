//! People: met, locked, forgotten.

use sqlx::postgres::PgConnection;
use workout_events::UserId;

use crate::store::{DatabaseError, Store, apart};

/// Locks a person up to the end of the transaction, and gets to know whom it has not met. Says whether the person is still
/// there: of one who was erased nothing is kept any more.
pub(crate) async fn lock(connection: &mut PgConnection, user: UserId) -> Result<bool, DatabaseError> {
    let is_there = sqlx::query_scalar(
        "INSERT INTO coach.people (user_id) VALUES ($1)
         ON CONFLICT (user_id) DO UPDATE SET known_since = people.known_since
         RETURNING erased_at IS NULL",
    );
    Ok(is_there.bind(user.as_uuid()).fetch_one(connection).await?)
}

impl Store {
    /// Gets to know a person.
    pub(crate) async fn meet(&self, user: UserId) -> Result<(), DatabaseError> {
        let pool = self.pool.clone();
        apart(async move {
            lock(&mut *pool.acquire().await?, user).await?;
            Ok(())
        })
        .await
    }

    /// Forgets a person, whether it was known or not: what arrives later finds out that it is too late.
    pub(crate) async fn erase(&self, user: UserId) -> Result<(), DatabaseError> {
        let pool = self.pool.clone();
        apart(async move {
            let mut transaction = pool.begin().await?;
            lock(&mut transaction, user).await?;
            for delete in [
                "DELETE FROM coach.wods WHERE user_id = $1",
                "DELETE FROM coach.requests WHERE user_id = $1",
                "DELETE FROM coach.workouts WHERE user_id = $1",
                "UPDATE coach.people SET erased_at = COALESCE(erased_at, now()) WHERE user_id = $1",
            ] {
                sqlx::query(delete).bind(user.as_uuid()).execute(&mut *transaction).await?;
            }
            transaction.commit().await?;
            Ok(())
        })
        .await
    }
}
