//! People: locked, and forgotten.

use sqlx::postgres::PgConnection;
use workout_events::UserId;

use crate::database::{Database, DatabaseError, apart};

/// Locks a person up to the end of the transaction, and says whether they are still there: nothing is kept of one who was
/// erased.
pub(crate) async fn is_there(connection: &mut PgConnection, user: UserId) -> Result<bool, DatabaseError> {
    let is_there = sqlx::query_scalar(
        "INSERT INTO monolith.people (user_id) VALUES ($1)
         ON CONFLICT (user_id) DO UPDATE SET is_erased = people.is_erased
         RETURNING NOT is_erased",
    );
    Ok(is_there.bind(user.as_uuid()).fetch_one(connection).await?)
}

impl Database {
    /// Forgets a person, known or not. Of their workouts stays that nothing counts up to the revision that was heard.
    pub(crate) async fn erase(&self, user: UserId) -> Result<(), DatabaseError> {
        let pool = self.pool.clone();
        apart(async move {
            let mut transaction = pool.begin().await?;
            is_there(&mut transaction, user).await?;
            for statement in [
                "UPDATE monolith.people SET is_erased = true WHERE user_id = $1",
                "UPDATE monolith.heard SET is_gone = true, user_id = NULL, ended_us = NULL, shown = NULL
                 WHERE user_id = $1 AND NOT is_gone",
                "DELETE FROM monolith.performed WHERE user_id = $1",
                "DELETE FROM monolith.sessions WHERE user_id = $1",
            ] {
                sqlx::query(statement).bind(user.as_uuid()).execute(&mut *transaction).await?;
            }
            Ok(transaction.commit().await?)
        })
        .await
    }
}
