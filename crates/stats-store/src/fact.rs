//! What a store is told, and what it made of it.

use std::sync::Arc;

use serde::de::DeserializeOwned;
use uuid::Uuid;
use workout_events::types::goal::{GoalCancelled, GoalChanged, GoalSet};
use workout_events::types::user::{UserErased, UserPreferencesChanged, UserRegistered, UserVisibilityChanged};
use workout_events::{Event, EventId, EventType, GoalId, UserId, WorkoutDeleted, WorkoutId, WorkoutPerformed};

use crate::error::{Kind, StoreError};
use crate::goal::GoalSaid;
use crate::number::Counted;
use crate::person::Wishes;
use crate::table::{Cells, Value};
use crate::write::is_stripped;

/// Something that happened, as far as statistics are concerned. Made from the event that says so. A clone is cheap: it shares
/// what is long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    pub(crate) event_id: EventId,
    /// The id that follows from what happened, where one does: somebody else may have said it under an id of his own.
    pub(crate) identity: Uuid,
    pub(crate) source: Arc<str>,
    /// Microseconds since 1970.
    pub(crate) said_us: i64,
    pub(crate) body: Body,
    /// What happened in canonical JSON, without the envelope: who says it, when and in which trace makes no difference.
    pub(crate) data: Arc<str>,
    /// Whether a conflict is put aside for somebody to look at.
    pub(crate) is_kept_aside: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Body {
    Performed(Arc<Counted>),
    Deleted { workout_id: WorkoutId, revision: u32, user_id: Option<UserId> },
    Wished { user_id: UserId, wishes: Box<Wishes>, kind: i64 },
    Goal { user_id: UserId, goal_id: GoalId, said: GoalSaid },
    Erased { user_id: UserId },
}

/// What became of a fact. Each of them is final: nothing is gained by writing the fact again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[must_use = "a conflict was put aside and does not count"]
#[non_exhaustive]
pub enum Effect {
    /// It is in the ledger, and it is what counts now.
    Applied,
    /// It is in the ledger, and something newer counts instead: a higher revision, a deletion, a later wish.
    Superseded,
    /// It was in the ledger already.
    Duplicate,
    /// Something else is in the ledger under its event id, or under its workout and revision. It is kept in quarantine,
    /// unless it is [of a caller](Fact::of_caller), and does not count: two different facts with one identity are a defect
    /// of whoever published them.
    Conflict,
    /// It is about a person who was erased. Nothing of it is kept.
    Erased,
}

/// What the ledger calls the kinds of facts. A number stands for a type and its version, for ever.
pub(crate) const PERFORMED: i64 = 1;
pub(crate) const DELETED: i64 = 2;
const REGISTERED: i64 = 3;
const PREFERENCES_CHANGED: i64 = 4;
const ERASED: i64 = 5;
const GOAL_SET: i64 = 6;
const GOAL_CHANGED: i64 = 7;
const GOAL_CANCELLED: i64 = 8;
const VISIBILITY_CHANGED: i64 = 9;

impl Fact {
    /// The id of the event.
    #[must_use]
    pub fn event_id(&self) -> EventId {
        self.event_id
    }

    /// The same, of somebody who is told what became of it: a conflict is not kept in quarantine then. Whoever can send
    /// what they like, as over HTTP, would fill it.
    #[must_use]
    pub fn of_caller(self) -> Self {
        Self { is_kept_aside: false, ..self }
    }

    /// The workout it is about, if it is about one.
    #[must_use]
    pub fn workout_id(&self) -> Option<WorkoutId> {
        match &self.body {
            Body::Performed(counted) => Some(counted.workout_id),
            Body::Deleted { workout_id, .. } => Some(*workout_id),
            Body::Wished { .. } | Body::Goal { .. } | Body::Erased { .. } => None,
        }
    }

    /// The person it is about, as far as it says so.
    #[must_use]
    pub fn user_id(&self) -> Option<UserId> {
        match &self.body {
            Body::Performed(counted) => Some(counted.user_id),
            Body::Deleted { user_id, .. } => *user_id,
            Body::Wished { user_id, .. } | Body::Goal { user_id, .. } | Body::Erased { user_id } => Some(*user_id),
        }
    }

    pub(crate) fn kind(&self) -> i64 {
        match self.body {
            Body::Performed(_) => PERFORMED,
            Body::Deleted { .. } => DELETED,
            Body::Wished { kind, .. } => kind,
            Body::Goal { said: GoalSaid::Set(..), .. } => GOAL_SET,
            Body::Goal { said: GoalSaid::Changed(..), .. } => GOAL_CHANGED,
            Body::Goal { said: GoalSaid::Cancelled, .. } => GOAL_CANCELLED,
            Body::Erased { .. } => ERASED,
        }
    }

    /// The id of the event where it is not the one that follows from what happened.
    pub(crate) fn foreign_id(&self) -> Option<Uuid> {
        Some(Uuid::from(self.event_id)).filter(|id| *id != self.identity)
    }

    /// Stands for the data where the data itself is too long to be a key.
    pub(crate) fn fingerprint(&self) -> Uuid {
        Uuid::new_v5(self.event_id.as_uuid(), self.data.as_bytes())
    }

    /// As it stands in the ledger. Nothing where nothing is left of what it said, or of a person.
    pub(crate) fn from_row(row: Vec<Value>) -> Result<Option<Self>, StoreError> {
        let mut cells = Cells::new(row);
        let (identity, foreign_id, kind) = (cells.id()?, cells.maybe_id()?, cells.int()?);
        let (source, said_us, _received_us, data) = (cells.text()?, cells.int()?, cells.int()?, cells.text()?);
        if is_stripped(&data) {
            return Ok(None);
        }
        let body = match kind {
            PERFORMED => Body::Performed(Arc::new((&read::<WorkoutPerformed>(&data)?).into())),
            DELETED => {
                let WorkoutDeleted { workout_id, revision, user_id, .. } = read(&data)?;
                Body::Deleted { workout_id, revision, user_id }
            }
            REGISTERED => {
                let said: UserRegistered = read(&data)?;
                Body::Wished { user_id: said.user_id, wishes: Box::new((&said).into()), kind }
            }
            PREFERENCES_CHANGED => {
                let said: UserPreferencesChanged = read(&data)?;
                Body::Wished { user_id: said.user_id, wishes: Box::new((&said).into()), kind }
            }
            VISIBILITY_CHANGED => {
                let said: UserVisibilityChanged = read(&data)?;
                Body::Wished { user_id: said.user_id, wishes: Box::new((&said).into()), kind }
            }
            GOAL_SET => {
                let said: GoalSet = read(&data)?;
                Body::Goal { user_id: said.user_id, goal_id: said.goal_id, said: (&said).into() }
            }
            GOAL_CHANGED => {
                let said: GoalChanged = read(&data)?;
                Body::Goal { user_id: said.user_id, goal_id: said.goal_id, said: (&said).into() }
            }
            GOAL_CANCELLED => {
                let GoalCancelled { user_id, goal_id, .. } = read(&data)?;
                Body::Goal { user_id, goal_id, said: GoalSaid::Cancelled }
            }
            _ => return Ok(None),
        };
        let event_id = EventId::new(foreign_id.unwrap_or(identity)).map_err(|_| Kind::Corrupt("fact_id"))?;
        let (source, data) = (source.into(), data.into());
        Ok(Some(Self { event_id, identity, source, said_us, body, data, is_kept_aside: true }))
    }

    fn new<T: EventType>(event: &Event<T>, body: Body) -> Self {
        let data = event.data();
        Self {
            event_id: event.id(),
            identity: data.derived_id().unwrap_or_else(|| event.id()).into(),
            source: event.source().into(),
            said_us: event.time().as_microsecond(),
            body,
            // The types of the contract have string keys and a fixed order of fields, so this neither fails nor varies.
            data: serde_json::to_string(data).unwrap_or_default().into(),
            is_kept_aside: true,
        }
    }
}

/// What the ledger has was checked when it was written.
fn read<T: DeserializeOwned>(data: &str) -> Result<T, StoreError> {
    serde_json::from_str(data).map_err(|_| Kind::Corrupt("data").into())
}

impl From<&Event<WorkoutPerformed>> for Fact {
    fn from(event: &Event<WorkoutPerformed>) -> Self {
        Self::new(event, Body::Performed(Arc::new(event.data().into())))
    }
}

impl From<&Event<WorkoutDeleted>> for Fact {
    fn from(event: &Event<WorkoutDeleted>) -> Self {
        let WorkoutDeleted { workout_id, revision, user_id, .. } = *event.data();
        Self::new(event, Body::Deleted { workout_id, revision, user_id })
    }
}

impl From<&Event<UserRegistered>> for Fact {
    fn from(event: &Event<UserRegistered>) -> Self {
        let wishes = Box::new(event.data().into());
        Self::new(event, Body::Wished { user_id: event.data().user_id, wishes, kind: REGISTERED })
    }
}

impl From<&Event<UserPreferencesChanged>> for Fact {
    fn from(event: &Event<UserPreferencesChanged>) -> Self {
        let wishes = Box::new(event.data().into());
        Self::new(event, Body::Wished { user_id: event.data().user_id, wishes, kind: PREFERENCES_CHANGED })
    }
}

impl From<&Event<UserVisibilityChanged>> for Fact {
    fn from(event: &Event<UserVisibilityChanged>) -> Self {
        let wishes = Box::new(event.data().into());
        Self::new(event, Body::Wished { user_id: event.data().user_id, wishes, kind: VISIBILITY_CHANGED })
    }
}

impl From<&Event<GoalSet>> for Fact {
    fn from(event: &Event<GoalSet>) -> Self {
        let GoalSet { user_id, goal_id, .. } = *event.data();
        Self::new(event, Body::Goal { user_id, goal_id, said: event.data().into() })
    }
}

impl From<&Event<GoalChanged>> for Fact {
    fn from(event: &Event<GoalChanged>) -> Self {
        let GoalChanged { user_id, goal_id, .. } = *event.data();
        Self::new(event, Body::Goal { user_id, goal_id, said: event.data().into() })
    }
}

impl From<&Event<GoalCancelled>> for Fact {
    fn from(event: &Event<GoalCancelled>) -> Self {
        let GoalCancelled { user_id, goal_id, .. } = *event.data();
        Self::new(event, Body::Goal { user_id, goal_id, said: GoalSaid::Cancelled })
    }
}

impl From<&Event<UserErased>> for Fact {
    fn from(event: &Event<UserErased>) -> Self {
        Self::new(event, Body::Erased { user_id: event.data().user_id })
    }
}
