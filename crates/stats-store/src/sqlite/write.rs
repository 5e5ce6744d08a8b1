//! Writing: one transaction, and one writer at a time.

use async_trait::async_trait;
use sqlx::sqlite::{SqlitePool, SqliteTransaction};
use workout_events::{EventId, UserId, WorkoutId};

use crate::apply::{Transaction, apply};
use crate::error::{Kind, StoreError, database};
use crate::fact::{Effect, Fact};
use crate::head::{Delta, Head};
use crate::row::{HeadRow, revision};
use crate::seam::StatsWriter;
use crate::sqlite::connect::Sqlite;

#[async_trait]
impl StatsWriter for Sqlite {
    async fn write(&self, facts: &[Fact]) -> Result<Vec<Effect>, StoreError> {
        let (pool, facts) = (self.pool.clone(), facts.to_vec());
        // In a task of its own: a BEGIN or COMMIT that is cancelled halfway leaves a connection in an unknown state.
        tokio::spawn(async move { write(&pool, &facts).await }).await.map_err(Kind::Interrupted)?
    }
}

async fn write(pool: &SqlitePool, facts: &[Fact]) -> Result<Vec<Effect>, StoreError> {
    let transaction = pool.begin_with("BEGIN IMMEDIATE").await.map_err(database)?;
    apply(Statements(transaction), facts).await
}

struct Statements(SqliteTransaction<'static>);

impl Transaction for Statements {
    async fn lock(&mut self, workout: WorkoutId) -> Result<Head, StoreError> {
        let row: Option<HeadRow> = sqlx::query_as(
            "SELECT revision, deleted, user_id, duration_s, energy_kcal
             FROM workout_stats_heads WHERE workout_id = $1",
        )
        .bind(workout.as_uuid())
        .fetch_optional(&mut *self.0)
        .await
        .map_err(database)?;
        row.map_or_else(|| Ok(Head::default()), Head::try_from)
    }

    async fn append(&mut self, fact: &Fact) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "INSERT INTO workout_stats_ledger (event_id, workout_id, revision, deleted, data)
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
        )
        .bind(fact.event_id.as_uuid())
        .bind(fact.workout_id.as_uuid())
        .bind(revision(fact.revision))
        .bind(fact.is_deletion())
        .bind(&fact.data)
        .execute(&mut *self.0)
        .await
        .map_err(database)?;
        Ok(done.rows_affected() > 0)
    }

    async fn recorded(&mut self, fact: &Fact) -> Result<Vec<String>, StoreError> {
        sqlx::query_scalar(
            "SELECT data FROM workout_stats_ledger
             WHERE event_id = $1 OR (workout_id = $2 AND revision = $3 AND deleted = $4)",
        )
        .bind(fact.event_id.as_uuid())
        .bind(fact.workout_id.as_uuid())
        .bind(revision(fact.revision))
        .bind(fact.is_deletion())
        .fetch_all(&mut *self.0)
        .await
        .map_err(database)
    }

    async fn quarantine(&mut self, fact: &Fact) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO workout_stats_quarantine (event_id, fingerprint, data)
             VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        )
        .bind(fact.event_id.as_uuid())
        .bind(fact.fingerprint())
        .bind(&fact.data)
        .execute(&mut *self.0)
        .await
        .map_err(database)?;
        Ok(())
    }

    async fn set_head(&mut self, workout: WorkoutId, head: &Head) -> Result<(), StoreError> {
        let row = HeadRow::from(head);
        sqlx::query(
            "INSERT OR REPLACE INTO workout_stats_heads
             (workout_id, revision, deleted, user_id, duration_s, energy_kcal) VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(workout.as_uuid())
        .bind(row.revision)
        .bind(row.deleted)
        .bind(row.user_id)
        .bind(row.duration_s)
        .bind(row.energy_kcal)
        .execute(&mut *self.0)
        .await
        .map_err(database)?;
        Ok(())
    }

    async fn add(&mut self, user: UserId, delta: &Delta) -> Result<(), StoreError> {
        // Not an upsert: SQLite checks the constraints of the row to insert first, and a difference may be negative.
        sqlx::query("INSERT INTO workout_stats_totals VALUES ($1, 0, 0, 0, 0) ON CONFLICT DO NOTHING")
            .bind(user.as_uuid())
            .execute(&mut *self.0)
            .await
            .map_err(database)?;
        sqlx::query(
            "UPDATE workout_stats_totals
             SET workouts = workouts + $2, duration_s = duration_s + $3,
                 energy_kcal = energy_kcal + $4, energy_workouts = energy_workouts + $5
             WHERE user_id = $1",
        )
        .bind(user.as_uuid())
        .bind(delta.workouts)
        .bind(delta.duration_s)
        .bind(delta.energy_kcal)
        .bind(delta.energy_workouts)
        .execute(&mut *self.0)
        .await
        .map_err(database)?;
        Ok(())
    }

    /// SQLite says so when it cannot commit, which `PostgreSQL` does not.
    async fn commit(self, _: &[EventId]) -> Result<(), StoreError> {
        self.0.commit().await.map_err(database)
    }
}
