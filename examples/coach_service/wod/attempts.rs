//! Attempts at requests: all that follows from one is stored together, and told.

use std::time::Duration;

use sqlx::postgres::PgConnection;
use workout_events::jiff::Timestamp;
use workout_events::types::wod::{WodAttemptFailed, WodDeadLettered, WodGenerated, WodRequested};
use workout_events::{Event, EventId, EventType, Moment, WodId};

use crate::SOURCE;
use crate::store::{DatabaseError, Store, apart, lock};
use crate::wod::generate::Wod;
use crate::wod::making::{Made, Making, Reason};
use crate::wod::requests::{Standing, insert, standing};
use crate::wod::rows::store_wod;

/// The largest number that the contract has for attempts.
const MOST_ATTEMPTS: u32 = 10_000;

/// What an attempt came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub(crate) enum Attempt {
    Generated {
        wod: WodId,
        attempt: u32,
    },
    Failed {
        attempt: u32,
    },
    GivenUp {
        reason: Reason,
        attempt: u32,
    },
    /// There is a workout for it already.
    Known,
    /// Another request has its id.
    Differs,
    /// The person was erased.
    Erased,
}

impl Store {
    /// Attempts a request, whoever has made it.
    pub(crate) async fn attempt(&self, asked: Event<WodRequested>, making: Making) -> Result<Attempt, DatabaseError> {
        let store = self.clone();
        apart(async move {
            let mut transaction = store.pool.begin().await?;
            let attempt = store.attempt_in(&mut transaction, &asked, making).await?;
            if !matches!(attempt, Attempt::Erased | Attempt::Differs | Attempt::Known) {
                transaction.commit().await?;
            }
            Ok(attempt)
        })
        .await
    }

    async fn attempt_in(
        &self,
        connection: &mut PgConnection,
        asked: &Event<WodRequested>,
        making: Making,
    ) -> Result<Attempt, DatabaseError> {
        let wanted = asked.data();
        if !lock(connection, wanted.user_id).await? {
            return Ok(Attempt::Erased);
        }
        insert(connection, wanted).await?;
        let Standing { state, attempts, is_the_same } = standing(connection, wanted).await?;
        if !is_the_same {
            return Ok(Attempt::Differs);
        }
        if state == "generated" {
            return Ok(Attempt::Known);
        }
        let number = u32::try_from(attempts).unwrap_or_default() + 1;
        let made = making.make(wanted, number, Timestamp::now());
        // What was given up stays so while it is replayed, until there is a workout.
        let was_given_up = state == "given_up";
        let (state, reason) = match &made {
            Made::Wod(_) => ("generated", None),
            Made::GivenUp(reason) => ("given_up", Some(reason.as_str())),
            Made::Failed(_) => (state.as_str(), None),
        };
        sqlx::query(
            "UPDATE coach.requests SET attempts = $2, state = $3,
                 reason = CASE $3 WHEN 'given_up' THEN COALESCE($4, reason) END
             WHERE request_id = $1",
        )
        .bind(wanted.request_id.as_uuid())
        .bind(attempts.saturating_add(1))
        .bind(state)
        .bind(reason)
        .execute(&mut *connection)
        .await?;
        match made {
            Made::Wod(wod) => self.generated(connection, asked, wod, number).await,
            Made::Failed(next) => self.failed(connection, asked, next, number).await,
            Made::GivenUp(reason) if was_given_up => Ok(Attempt::GivenUp { reason, attempt: number }),
            Made::GivenUp(reason) => self.given_up(connection, asked, reason, number).await,
        }
    }

    async fn generated(
        &self,
        connection: &mut PgConnection,
        asked: &Event<WodRequested>,
        wod: Wod,
        attempt: u32,
    ) -> Result<Attempt, DatabaseError> {
        let WodRequested { request_id, user_id, .. } = *asked.data();
        let wod_id = WodId::from_foreign("coach", &request_id.to_string());
        store_wod(connection, wod_id, asked.data(), &wod).await?;
        let mut data = WodGenerated::new(wod_id, request_id, user_id, wod.scheme, wod.movements);
        (data.time_cap_s, data.rounds) = (wod.time_cap_s, wod.rounds);
        self.tell(connection, asked, data, &request_id.to_string()).await?;
        Ok(Attempt::Generated { wod: wod_id, attempt })
    }

    async fn failed(
        &self,
        connection: &mut PgConnection,
        asked: &Event<WodRequested>,
        next: Duration,
        attempt: u32,
    ) -> Result<Attempt, DatabaseError> {
        let WodRequested { request_id, user_id, .. } = *asked.data();
        let reason = Reason::Failed.as_str();
        let mut data = WodAttemptFailed::new(request_id, user_id, attempt.min(MOST_ATTEMPTS), reason);
        data.retry_at = Timestamp::now().checked_add(next).ok().map(Moment::from);
        self.tell(connection, asked, data, &format!("{request_id}:{attempt}")).await?;
        Ok(Attempt::Failed { attempt })
    }

    async fn given_up(
        &self,
        connection: &mut PgConnection,
        asked: &Event<WodRequested>,
        reason: Reason,
        attempt: u32,
    ) -> Result<Attempt, DatabaseError> {
        let WodRequested { request_id, user_id, .. } = *asked.data();
        let data = WodDeadLettered::new(request_id, user_id, attempt.min(MOST_ATTEMPTS), reason.as_str());
        self.tell(connection, asked, data, &request_id.to_string()).await?;
        Ok(Attempt::GivenUp { reason, attempt })
    }

    /// The id follows from what the event says, so that nothing is told twice.
    async fn tell<T: EventType>(
        &self,
        connection: &mut PgConnection,
        asked: &Event<WodRequested>,
        data: T,
        identity: &str,
    ) -> Result<(), DatabaseError> {
        let id = EventId::derived(T::TYPE, &[&identity]);
        let event = Event::builder(SOURCE, data).id(id).caused_by(asked).build()?;
        self.outbox.enqueue(connection, &event).await?;
        Ok(())
    }
}
