//! `POST /workouts/start`.

use serde::Deserialize;
use workout_events::jiff::Timestamp;
use workout_events::jiff::tz::TimeZone;
use workout_events::types::session::SessionStarted;
use workout_events::{ActivityType, Event, Moment, SessionId, UserId, ZoneName};

use crate::SOURCE;
use crate::database::{Database, DatabaseError, apart, is_there};

/// What is to begin.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Start {
    user_id: UserId,
    workout_type: ActivityType,
    /// Where the person is; UTC where it is not said.
    #[serde(default = "ZoneName::utc")]
    time_zone: ZoneName,
    /// A client that names the session itself may ask again without starting another one.
    #[serde(default = "SessionId::generate")]
    session_id: SessionId,
}

/// What became of it.
#[derive(Debug)]
#[must_use]
pub(crate) enum Started {
    /// It runs, or has run.
    Yes(SessionStarted),
    /// The session is known, as another one.
    Differs,
    /// The person was erased.
    Erased,
}

impl Start {
    fn event(self) -> Result<Event<SessionStarted>, DatabaseError> {
        let zone = TimeZone::get(self.time_zone.as_str()).unwrap_or(TimeZone::UTC);
        let now = Moment::from(&Timestamp::now().to_zoned(zone));
        let started = SessionStarted::new(self.session_id, self.user_id, self.workout_type, now, self.time_zone);
        Ok(Event::new(SOURCE, started)?)
    }
}

impl Database {
    /// The session and the event that tells of it: both or neither.
    pub(crate) async fn start(&self, start: Start) -> Result<Started, DatabaseError> {
        let database = self.clone();
        apart(async move {
            let event = start.event()?;
            let data = event.data();
            let mut transaction = database.pool.begin().await?;
            if !is_there(&mut transaction, data.user_id).await? {
                return Ok(Started::Erased);
            }
            let new = sqlx::query(
                "INSERT INTO monolith.sessions (session_id, user_id, started) VALUES ($1, $2, $3::jsonb)
                 ON CONFLICT (session_id) DO NOTHING",
            );
            let new = new.bind(data.session_id.as_uuid()).bind(data.user_id.as_uuid());
            let new = new.bind(serde_json::to_string(data)?).execute(&mut *transaction).await?;
            if new.rows_affected() == 1 {
                database.outbox.enqueue(&mut transaction, &event).await?;
                transaction.commit().await?;
                return Ok(Started::Yes(event.into_data()));
            }
            let known = sqlx::query_scalar("SELECT started::text FROM monolith.sessions WHERE session_id = $1");
            let known: String = known.bind(data.session_id.as_uuid()).fetch_one(&mut *transaction).await?;
            let known: SessionStarted = serde_json::from_str(&known)?;
            let is_the_same = (known.user_id, known.activity_type, &known.time_zone)
                == (data.user_id, data.activity_type, &data.time_zone);
            Ok(if is_the_same { Started::Yes(known) } else { Started::Differs })
        })
        .await
    }
}
