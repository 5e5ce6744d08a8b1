//! Goals: what a person wants to reach, and whether it was.

use super::SLUG;
use crate::{ActivityType, GoalId, Moment, UserId, contract, event};

/// A person set a goal.
#[event(type = "goal.set", version = 1, subject = goal_id)]
pub struct GoalSet {
    /// The goal.
    pub goal_id: GoalId,
    /// Whose goal it is.
    pub user_id: UserId,
    /// What is measured.
    pub metric: GoalMetric,
    /// The value to reach, in the unit of the metric.
    #[field(range = 1..=1_000_000_000)]
    pub target: u32,
    /// The stretch of time over which the goal counts.
    pub period: GoalPeriod,
    /// Only workouts of this activity count. Absent means all.
    pub activity_type: Option<ActivityType>,
    /// Only this exercise counts. Absent means all.
    #[field(format = SLUG)]
    pub exercise_id: Option<String>,
    /// When the goal begins to count. Absent means: when it was set.
    pub starts_at: Option<Moment>,
    /// Until when it is to be reached. Absent means: no end.
    pub due_at: Option<Moment>,
    /// What the person calls it. Never logged.
    #[field(chars = 1..=200, private)]
    pub title: Option<String>,
}

/// A person changed a goal. Only what changed is present.
#[event(type = "goal.changed", version = 1, subject = goal_id, any_of(target, period, due_at, title))]
pub struct GoalChanged {
    /// The goal.
    pub goal_id: GoalId,
    /// Whose goal it is.
    pub user_id: UserId,
    /// The value to reach now.
    #[field(range = 1..=1_000_000_000)]
    pub target: Option<u32>,
    /// The stretch of time over which the goal counts now.
    pub period: Option<GoalPeriod>,
    /// Until when it is to be reached now.
    pub due_at: Option<Moment>,
    /// What the person calls it now. Never logged.
    #[field(chars = 1..=200, private)]
    pub title: Option<String>,
}

/// A person gave up a goal.
#[event(type = "goal.cancelled", version = 1, subject = goal_id)]
pub struct GoalCancelled {
    /// The goal.
    pub goal_id: GoalId,
    /// Whose goal it was.
    pub user_id: UserId,
}

/// A goal was reached: once for each goal and period.
#[event(type = "goal.achieved", version = 1, subject = goal_id)]
pub struct GoalAchieved {
    /// The goal.
    pub goal_id: GoalId,
    /// Whose goal it is.
    pub user_id: UserId,
    /// Where the period began in which it was reached.
    pub period_start: Moment,
    /// The value that was reached, in the unit of the metric.
    #[field(range = 0..=1_000_000_000_000)]
    pub value: u64,
    /// When the workout ended that reached it.
    pub achieved_at: Moment,
}

/// A reached goal is no longer reached, because an edit or a deletion took its ground.
#[event(type = "goal.revoked", version = 1, subject = goal_id)]
pub struct GoalRevoked {
    /// The goal.
    pub goal_id: GoalId,
    /// Whose goal it is.
    pub user_id: UserId,
    /// Where the period began in which it had been reached.
    pub period_start: Moment,
    /// The value that is left.
    #[field(range = 0..=1_000_000_000_000)]
    pub value: u64,
}

/// A period or a due date passed without the goal being reached.
#[event(type = "goal.missed", version = 1, subject = goal_id)]
pub struct GoalMissed {
    /// The goal.
    pub goal_id: GoalId,
    /// Whose goal it is.
    pub user_id: UserId,
    /// Where the missed period began.
    pub period_start: Moment,
    /// The value that was reached instead.
    #[field(range = 0..=1_000_000_000_000)]
    pub value: u64,
}

/// What a goal measures, with its unit.
#[contract]
pub enum GoalMetric {
    /// Number of workouts.
    Workouts,
    /// Seconds of training.
    DurationS,
    /// Kilocalories.
    EnergyKcal,
    /// Metres.
    DistanceM,
    /// Metres climbed.
    ElevationGainM,
    /// Grams times repetitions.
    VolumeG,
    /// Grams of the best estimated single repetition.
    E1rmG,
    /// Days in a row with a workout.
    StreakDays,
}

/// The stretch of time over which a goal counts.
#[contract]
pub enum GoalPeriod {
    /// Anew each day.
    Daily,
    /// Anew each week.
    Weekly,
    /// Anew each month.
    Monthly,
    /// Anew each year.
    Yearly,
    /// Once, from start to due date.
    Once,
}
