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

impl News {
    /// Whom it is about.
    pub(crate) fn user_id(&self) -> UserId {
        match self {
            Self::RecordSet(data) => data.user_id,
            Self::RecordRevoked(data) => data.user_id,
            Self::GoalAchieved(data) => data.user_id,
            Self::GoalRevoked(data) => data.user_id,
            Self::GoalMissed(data) => data.user_id,
        }
    }
}

/// Does the same with the event of any news: they differ only in its type.
#[cfg(feature = "announce")]
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

#[cfg(feature = "announce")]
pub(super) use each;
