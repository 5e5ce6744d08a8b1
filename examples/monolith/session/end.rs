//! `POST /workouts/{session_id}/end`.

use serde::Deserialize;
use sqlx::postgres::PgConnection;
use uuid::Uuid;
use workout_events::types::session::{SessionEnded, SessionStarted};
use workout_events::{Event, Moment, SessionId, Source, UserId, Violations, WorkoutId, WorkoutPerformed};

use crate::SOURCE;
use crate::database::{Database, DatabaseError, apart, is_there};
use crate::session::calories;
use crate::workout::{Performed, record};

/// How it ended.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct End {
    end_time: Moment,
    /// What a device has measured; without it there is an estimate.
    calories_burned: Option<u32>,
}

/// What became of it.
#[derive(Debug)]
#[must_use]
pub(crate) enum Ended {
    /// It has ended, now or before: what was said first holds.
    Yes(SessionEnded),
    /// There is no such session.
    Unknown,
    /// What would come of it is there, as another workout.
    Differs,
    /// It cannot have ended like that.
    Refused(Violations),
}

impl Database {
    /// That the session ended, the workout that came of it, and the events that tell of both: all or nothing.
    pub(crate) async fn end(&self, session: SessionId, end: End) -> Result<Ended, DatabaseError> {
        let database = self.clone();
        apart(async move {
            let mut transaction = database.pool.begin().await?;
            let user = sqlx::query_scalar("SELECT user_id FROM monolith.sessions WHERE session_id = $1");
            let user: Option<Uuid> = user.bind(session.as_uuid()).fetch_optional(&mut *transaction).await?;
            let Some(user) = user.and_then(|user| UserId::new(user).ok()) else { return Ok(Ended::Unknown) };
            // Whoever ends it at the same time waits here, and finds it ended. What was erased meanwhile is gone.
            is_there(&mut transaction, user).await?;
            let Some((started, ended)) = find(&mut transaction, session).await? else { return Ok(Ended::Unknown) };
            if let Some(ended) = ended {
                return Ok(Ended::Yes(ended));
            }
            let (ended, performed) = match events(&started, end) {
                Ok(events) => events,
                Err(violations) => return Ok(Ended::Refused(violations)),
            };
            let update = sqlx::query("UPDATE monolith.sessions SET ended = $2::jsonb WHERE session_id = $1");
            let update = update.bind(session.as_uuid()).bind(serde_json::to_string(ended.data())?);
            update.execute(&mut *transaction).await?;
            database.outbox.enqueue(&mut transaction, &ended).await?;
            // The workout is named after the session; whoever has performed one of that name has said something else.
            if record(&database, &mut transaction, &performed).await? != Performed::Yes {
                return Ok(Ended::Differs);
            }
            transaction.commit().await?;
            Ok(Ended::Yes(ended.into_data()))
        })
        .await
    }
}

async fn find(
    connection: &mut PgConnection,
    session: SessionId,
) -> Result<Option<(SessionStarted, Option<SessionEnded>)>, DatabaseError> {
    let row = sqlx::query_as("SELECT started::text, ended::text FROM monolith.sessions WHERE session_id = $1");
    let row: Option<(String, Option<String>)> = row.bind(session.as_uuid()).fetch_optional(connection).await?;
    let Some((started, ended)) = row else { return Ok(None) };
    let ended = ended.map(|ended| serde_json::from_str(&ended)).transpose()?;
    Ok(Some((serde_json::from_str(&started)?, ended)))
}

/// The contract of the workout is the judge of when a session may end: after its start, within a day.
fn events(started: &SessionStarted, end: End) -> Result<(Event<SessionEnded>, Event<WorkoutPerformed>), Violations> {
    let (session, user) = (started.session_id, started.user_id);
    let workout = WorkoutId::from_foreign("monolith.session", &session.to_string());
    let performed = WorkoutPerformed::in_zone(
        (workout, user),
        Source::new("monolith").external_id(session.to_string()),
        started.activity_type,
        (started.started_at, end.end_time),
        started.time_zone,
    );
    let seconds = u32::try_from(performed.duration_s()).unwrap_or_default();
    let kcal = end.calories_burned.unwrap_or_else(|| calories::estimate(started.activity_type, seconds));
    let performed = Event::new(SOURCE, performed.energy_kcal(kcal))?;
    let ended = SessionEnded::new(session, user, end.end_time);
    let ended = Event::new(SOURCE, ended.workout_id(workout).duration_s(seconds).energy_kcal(kcal))?;
    Ok((ended, performed))
}
