//! What there is to tell others about somebody's statistics.

use workout_events::types::goal::{GoalAchieved, GoalMissed, GoalRevoked};
use workout_events::types::record::{RecordRevoked, RecordSet};

/// Something that became true, or is no longer true, with a write.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum News {
    RecordSet(RecordSet),
    RecordRevoked(RecordRevoked),
    GoalAchieved(GoalAchieved),
    GoalRevoked(GoalRevoked),
    GoalMissed(GoalMissed),
}
