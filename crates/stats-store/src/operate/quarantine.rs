//! What was put aside.

use uuid::Uuid;
use workout_events::jiff::Timestamp;
use workout_events::{EventId, UserId};

use crate::error::{Kind, StoreError};
use crate::store::StatsStore;
use crate::table::{Cells, QUARANTINE, Value};

/// A fact that does not count, because something else has its identity.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Quarantined {
    /// Names it here: two different facts with one identity have two of these.
    pub id: Uuid,
    /// The id of the event.
    pub event_id: EventId,
    /// What the ledger has instead.
    pub fact_id: Uuid,
    /// Whose it is, as far as it says so.
    pub user_id: Option<UserId>,
    /// Who said it.
    pub source: String,
    /// When it was said.
    pub said_at: Timestamp,
    /// When it was put aside.
    pub received_at: Timestamp,
    /// What was said, in JSON. Some of it is nobody else's business.
    pub data: String,
}

impl StatsStore {
    /// Facts in quarantine, in the order of their ids: those after this one, at most so many.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn quarantine(&self, after: Option<Uuid>, limit: u16) -> Result<Vec<Quarantined>, StoreError> {
        let rows = self.0.page(&QUARANTINE, after.unwrap_or_default(), limit.into()).await?;
        rows.into_iter().map(read).collect()
    }

    /// How many facts are in quarantine.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn quarantined(&self) -> Result<u64, StoreError> {
        Ok(u64::try_from(self.0.count(&QUARANTINE).await?).unwrap_or(0))
    }
}

fn read(row: Vec<Value>) -> Result<Quarantined, StoreError> {
    let mut cells = Cells::new(row);
    let (id, fact_id) = (cells.id()?, cells.id()?);
    let event_id = EventId::new(cells.id()?).map_err(|_| Kind::Corrupt("event_id"))?;
    let user_id = cells.maybe_id()?.map(UserId::new).transpose().map_err(|_| Kind::Corrupt("user_id"))?;
    let (_kind, source) = (cells.int()?, cells.text()?);
    let time = |us| Timestamp::from_microsecond(us).map_err(|_| StoreError::from(Kind::Corrupt("a time")));
    let (said_at, received_at) = (time(cells.int()?)?, time(cells.int()?)?);
    Ok(Quarantined { id, event_id, fact_id, user_id, source, said_at, received_at, data: cells.text()? })
}

/// Without what was said.
impl std::fmt::Debug for Quarantined {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Quarantined")
            .field("id", &self.id)
            .field("event_id", &self.event_id)
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}
