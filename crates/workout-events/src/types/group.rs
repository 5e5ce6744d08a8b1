//! Training together.

use crate::{ActivityType, EntityId, GroupSessionId, Moment, UserId, WorkoutId, contract, event};

/// A group session was opened.
#[event(type = "group.opened", version = 1, subject = group_session_id)]
pub struct GroupOpened {
    /// The group session.
    pub group_session_id: GroupSessionId,
    /// Who opened it.
    pub host_id: UserId,
    /// What is being done.
    pub activity_type: ActivityType,
    /// When it was opened.
    pub opened_at: Moment,
    /// What the host calls it. Never logged.
    #[field(chars = 1..=200, private)]
    pub title: Option<String>,
}

/// A person joined a group session.
#[event(type = "group.joined", version = 1, subject = group_session_id)]
pub struct GroupJoined {
    /// The group session.
    pub group_session_id: GroupSessionId,
    /// Who joined.
    pub user_id: UserId,
    /// When.
    pub joined_at: Moment,
}

/// A person left a group session.
#[event(type = "group.left", version = 1, subject = group_session_id)]
pub struct GroupLeft {
    /// The group session.
    pub group_session_id: GroupSessionId,
    /// Who left.
    pub user_id: UserId,
    /// When.
    pub left_at: Moment,
}

/// A person wrote to a group session.
#[event(type = "group.message_posted", version = 1, subject = group_session_id)]
pub struct GroupMessagePosted {
    /// The group session.
    pub group_session_id: GroupSessionId,
    /// Who wrote.
    pub user_id: UserId,
    /// The message.
    pub message_id: EntityId,
    /// What was written. Never logged.
    #[field(chars = 1..=2_000, lines, private)]
    pub message: String,
    /// When.
    pub posted_at: Moment,
}

/// A group session ended.
#[event(type = "group.closed", version = 1, subject = group_session_id)]
pub struct GroupClosed {
    /// The group session.
    pub group_session_id: GroupSessionId,
    /// When.
    pub closed_at: Moment,
    /// Why.
    pub reason: GroupCloseReason,
    /// Who took part, and the workouts that came of it.
    #[field(items = 0..=200)]
    pub participants: Vec<GroupParticipant>,
}

/// Why a group session ended.
#[contract]
pub enum GroupCloseReason {
    /// The host ended it.
    Ended,
    /// Everybody had left.
    Empty,
    /// Nothing was heard for too long.
    TimedOut,
}

/// A person who took part in a group session.
#[contract]
pub struct GroupParticipant {
    /// The person.
    pub user_id: UserId,
    /// The workout that came of it.
    pub workout_id: Option<WorkoutId>,
}
