//! What there is to tell others about somebody's statistics.

use workout_events::UserId;
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

/// Does the same with the event of any news: they differ only in its type.
macro_rules! each {
    ($news:expr, $data:ident => $does:expr) => {
        match $news {
            News::RecordSet($data) => $does,
            News::RecordRevoked($data) => $does,
            News::GoalAchieved($data) => $does,
            News::GoalRevoked($data) => $does,
            News::GoalMissed($data) => $does,
        }
    };
}

impl News {
    /// Whom it is about.
    pub(crate) fn user_id(&self) -> UserId {
        each!(self, data => data.user_id)
    }
}

#[cfg(feature = "announce")]
pub(super) use each;
