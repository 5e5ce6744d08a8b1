//! Live sessions: a person is training right now.

use crate::{ActivityType, Moment, SessionId, UserId, WorkoutId, ZoneName, contract, event};

/// A person began a session.
#[event(type = "session.started", version = 1, subject = session_id)]
pub struct SessionStarted {
    /// The session.
    pub session_id: SessionId,
    /// Who trains.
    pub user_id: UserId,
    /// What is being done.
    pub activity_type: ActivityType,
    /// When it began.
    pub started_at: Moment,
    /// The zone in which it began.
    pub time_zone: ZoneName,
}

/// A person ended a session.
#[event(type = "session.ended", version = 1, subject = session_id)]
pub struct SessionEnded {
    /// The session.
    pub session_id: SessionId,
    /// Who trained.
    pub user_id: UserId,
    /// When it ended.
    pub ended_at: Moment,
    /// The workout that came of it.
    pub workout_id: Option<WorkoutId>,
    /// Seconds of training.
    #[field(range = 0..=86_400)]
    pub duration_s: Option<u32>,
    /// Energy in kilocalories. Absent is unknown.
    #[field(range = 0..=20_000)]
    pub energy_kcal: Option<u32>,
}

/// A session was given up without a workout.
#[event(type = "session.abandoned", version = 1, subject = session_id)]
pub struct SessionAbandoned {
    /// The session.
    pub session_id: SessionId,
    /// Who had begun it.
    pub user_id: UserId,
    /// When it was given up.
    pub abandoned_at: Moment,
    /// Why.
    pub reason: Option<AbandonReason>,
}

/// Why a session was given up.
#[contract]
pub enum AbandonReason {
    /// The person said so.
    Cancelled,
    /// Nothing was heard for too long.
    TimedOut,
}
