//! The audit trail: who did what to which thing.

use super::SLUG;
use crate::{EntityId, Moment, UserId, contract, event};

/// Something worth an audit happened.
#[event(type = "audit.recorded", version = 1, subject = audit_id)]
pub struct AuditRecorded {
    /// The entry.
    pub audit_id: EntityId,
    /// Who did it. Absent means: the system itself, or nobody known.
    pub actor_id: Option<UserId>,
    /// What was done, as a name that programs can compare.
    #[field(format = SLUG)]
    pub action: String,
    /// Whether it was done.
    pub outcome: AuditOutcome,
    /// When.
    pub occurred_at: Moment,
    /// The kind of thing that it was done to.
    #[field(format = SLUG)]
    pub object_type: Option<String>,
    /// The thing that it was done to.
    #[field(chars = 1..=128)]
    pub object_id: Option<String>,
    /// Why, as a name that programs can compare.
    #[field(format = SLUG)]
    pub reason: Option<String>,
}

/// Whether an audited action was done.
#[contract]
pub enum AuditOutcome {
    /// It was done.
    Succeeded,
    /// It was tried and failed.
    Failed,
    /// It was not allowed.
    Denied,
}
