//! What a store is told, and what it made of it.

use uuid::Uuid;
use workout_events::{Event, EventId, EventType, WorkoutDeleted, WorkoutId, WorkoutPerformed};

use crate::head::Counted;

/// Something that happened to a workout, as far as statistics are concerned. Made from the event that says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    pub(crate) event_id: EventId,
    pub(crate) workout_id: WorkoutId,
    pub(crate) revision: u32,
    /// What counts if this fact does; nothing for a deletion.
    pub(crate) counted: Option<Counted>,
    /// What happened in canonical JSON, without the envelope: who says it, when and in which trace makes no difference.
    pub(crate) data: String,
}

/// What became of a fact. Each of them is final: nothing is gained by writing the fact again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[must_use = "a conflict was put aside and does not count"]
#[non_exhaustive]
pub enum Effect {
    /// It is in the ledger, and it is what counts for its workout now.
    Applied,
    /// It is in the ledger, and a higher revision or a deletion counts instead.
    Superseded,
    /// It was in the ledger already.
    Duplicate,
    /// Something else is in the ledger under its event id, or under its workout and revision. It is kept in quarantine
    /// and does not count: two different facts with one identity are a defect of whoever published them.
    Conflict,
}

impl Fact {
    /// The id of the event.
    #[must_use]
    pub fn event_id(&self) -> EventId {
        self.event_id
    }

    /// The workout.
    #[must_use]
    pub fn workout_id(&self) -> WorkoutId {
        self.workout_id
    }

    pub(crate) fn is_deletion(&self) -> bool {
        self.counted.is_none()
    }

    /// Stands for the data where the data itself is too long to be a key.
    pub(crate) fn fingerprint(&self) -> Uuid {
        Uuid::new_v5(self.event_id.as_uuid(), self.data.as_bytes())
    }
}

impl From<&Event<WorkoutPerformed>> for Fact {
    fn from(event: &Event<WorkoutPerformed>) -> Self {
        let data = event.data();
        Self {
            event_id: event.id(),
            workout_id: data.workout_id,
            revision: data.revision,
            counted: Some(Counted {
                user_id: data.user_id,
                duration_s: data.duration_s(),
                energy_kcal: data.energy_kcal.map(i64::from),
            }),
            data: canonical(data),
        }
    }
}

impl From<&Event<WorkoutDeleted>> for Fact {
    fn from(event: &Event<WorkoutDeleted>) -> Self {
        let data = event.data();
        Self {
            event_id: event.id(),
            workout_id: data.workout_id,
            revision: data.revision,
            counted: None,
            data: canonical(data),
        }
    }
}

/// The types of the contract have string keys and a fixed order of fields, so this neither fails nor varies.
fn canonical(data: &impl EventType) -> String {
    serde_json::to_string(data).unwrap_or_default()
}
