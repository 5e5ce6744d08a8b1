//! Requests: made once, whoever makes them and however often.

use sqlx::postgres::PgConnection;
use workout_events::jiff::civil::Date;
use workout_events::types::wod::WodRequested;
use workout_events::uuid::Uuid;
use workout_events::{Event, EventId, EventType, UserId};

use crate::SOURCE;
use crate::store::{DatabaseError, Store, apart, lock};

/// What became of a request that somebody makes.
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    /// It is stored, and goes to the queue.
    New,
    /// The same was made before.
    Known,
    /// There is one of this id, which asks for something else.
    Differs,
    /// The person was erased.
    Erased,
}

/// What was requested for some of those whom the coach knows.
#[derive(Debug)]
pub(crate) struct Page {
    /// How many people are on this page.
    pub(crate) people: usize,
    /// For how many of them a request was made now.
    pub(crate) requested: usize,
    /// The last of them: where the next page begins. `None` when there is nobody left.
    pub(crate) last: Option<UserId>,
    /// How many people come after them; only the first page says so, since it means to look at everybody.
    pub(crate) left: Option<i64>,
}

impl Store {
    /// Stores a request, and sends it to the queue.
    pub(crate) async fn ask(&self, wanted: WodRequested) -> Result<Asked, DatabaseError> {
        let store = self.clone();
        apart(async move {
            let mut transaction = store.pool.begin().await?;
            if !lock(&mut transaction, wanted.user_id).await? {
                return Ok(Asked::Erased);
            }
            if !insert(&mut transaction, &wanted).await? {
                let known = standing(&mut transaction, &wanted).await?;
                return Ok(if known.is_the_same { Asked::Known } else { Asked::Differs });
            }
            store.outbox.enqueue(&mut transaction, &said(wanted)?).await?;
            transaction.commit().await?;
            Ok(Asked::New)
        })
        .await
    }

    /// Requests the workout of this day for as many people as this, who come after somebody in the order of their ids.
    pub(crate) async fn ask_for_all(
        &self,
        day: Date,
        after: Option<UserId>,
        people: i64,
    ) -> Result<Page, DatabaseError> {
        let store = self.clone();
        apart(async move {
            let mut transaction = store.pool.begin().await?;
            let (is_first, after) = (after.is_none(), after.map_or_else(Uuid::nil, Uuid::from));
            // Locked in one order by all who lock more than one.
            let mut users: Vec<Uuid> = sqlx::query_scalar(
                "SELECT user_id FROM coach.people WHERE erased_at IS NULL AND user_id > $1
                 ORDER BY user_id LIMIT $2 FOR NO KEY UPDATE",
            )
            .bind(after)
            .bind(people + 1)
            .fetch_all(&mut *transaction)
            .await?;
            // One more than wanted: whether there is a next page.
            let page = usize::try_from(people).unwrap_or_default();
            let has_next = users.len() > page;
            users.truncate(page);
            let mut requested = 0;
            for user in users.iter().filter_map(|user| UserId::new(*user).ok()) {
                let wanted = WodRequested::of_day(user, day);
                if insert(&mut transaction, &wanted).await? {
                    store.outbox.enqueue(&mut transaction, &said(wanted)?).await?;
                    requested += 1;
                }
            }
            let last = users.last().copied();
            let left = match last {
                Some(last) if is_first => {
                    let left = "SELECT count(*) FROM coach.people WHERE erased_at IS NULL AND user_id > $1";
                    Some(sqlx::query_scalar(left).bind(last).fetch_one(&mut *transaction).await?)
                }
                _ => None,
            };
            transaction.commit().await?;
            let last = last.filter(|_| has_next).and_then(|user| UserId::new(user).ok());
            Ok(Page { people: users.len(), requested, last, left })
        })
        .await
    }
}

/// A request as it stands.
pub(super) struct Standing {
    pub(super) state: String,
    pub(super) attempts: i32,
    pub(super) is_the_same: bool,
}

/// Stores a request, unless it is there. Says whether it was not.
pub(super) async fn insert(connection: &mut PgConnection, wanted: &WodRequested) -> Result<bool, DatabaseError> {
    let insert = sqlx::query(
        "INSERT INTO coach.requests (request_id, user_id, seed, constraints, deadline)
         VALUES ($1, $2, $3, $4::text::jsonb, $5::text::timestamptz) ON CONFLICT (request_id) DO NOTHING",
    );
    let (constraints, deadline) = texts(wanted)?;
    let insert = insert
        .bind(wanted.request_id.as_uuid())
        .bind(wanted.user_id.as_uuid())
        .bind(i64::try_from(wanted.seed).unwrap_or(i64::MAX))
        .bind(constraints)
        .bind(deadline);
    Ok(insert.execute(connection).await?.rows_affected() == 1)
}

/// How a request stands that is there, and whether it asks for the same. Nobody else changes it before the transaction ends.
pub(super) async fn standing(connection: &mut PgConnection, wanted: &WodRequested) -> Result<Standing, DatabaseError> {
    let (constraints, deadline) = texts(wanted)?;
    let (state, attempts, is_the_same) = sqlx::query_as(
        "SELECT state, attempts,
             user_id = $2 AND seed = $3 AND constraints IS NOT DISTINCT FROM $4::text::jsonb
                 AND deadline IS NOT DISTINCT FROM $5::text::timestamptz
         FROM coach.requests WHERE request_id = $1 FOR UPDATE",
    )
    .bind(wanted.request_id.as_uuid())
    .bind(wanted.user_id.as_uuid())
    .bind(i64::try_from(wanted.seed).unwrap_or(i64::MAX))
    .bind(constraints)
    .bind(deadline)
    .fetch_one(connection)
    .await?;
    Ok(Standing { state, attempts, is_the_same })
}

fn texts(wanted: &WodRequested) -> Result<(Option<String>, Option<String>), DatabaseError> {
    let constraints = wanted.constraints.as_ref().map(serde_json::to_string).transpose()?;
    Ok((constraints, wanted.deadline.map(|deadline| deadline.timestamp().to_string())))
}

/// The event that makes a request.
fn said(wanted: WodRequested) -> Result<Event<WodRequested>, DatabaseError> {
    let id = EventId::derived(WodRequested::TYPE, &[&wanted.request_id]);
    Ok(Event::builder(SOURCE, wanted).id(id).build()?)
}
