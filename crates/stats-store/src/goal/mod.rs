//! Goals: what people want to reach, and whether they have.
//!
//! ```text
//! what was said ──> terms: which stretches of days, and how much ──> progress: the sums of a stretch ──> outcome
//! ```
//!
//! All of it follows from the set of facts. What was said holds by the time at which it was said, progress is read from
//! what is kept of days and exercises, and an outcome is kept for each stretch in which the goal was reached, so that it
//! is told once when it is reached, and once when an edit takes it back.

mod judge;
mod outcome;
mod progress;
mod rows;
mod spoken;
mod terms;

pub(crate) use judge::{Judge, drifts, judge_all, judge_goal, settle};
pub use outcome::Outcome;
pub(crate) use outcome::outcome;
pub(crate) use progress::{Point, Progress, points_of_days, points_of_efforts, progress};
pub(crate) use rows::{GOALS, GoalRow, OUTCOMES, Row, goal_row, read_goal};
pub(crate) use spoken::{GoalSaid, Spoken};
pub(crate) use terms::{Terms, said_in_events};

/// Grows when what a goal comes to is changed, so that everybody's are judged anew.
pub(crate) const VERSION: i64 = 1;
