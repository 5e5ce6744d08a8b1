//! Questions and answers.
//!
//! What a store reads stands in `rows`; what follows from it is computed here, once for all stores.

mod answer;
mod compare;
mod coverage;
mod days;
mod exercise;
mod figures;
mod goals;
mod leaderboard;
mod rows;
mod series;
mod streaks;
mod tries;
mod workouts;

pub use answer::Answer;
pub use compare::Comparison;
pub use coverage::Coverage;
pub use days::Days;
pub use exercise::{Record, TrendPoint};
pub use figures::{ExerciseFigures, Figures};
pub use goals::{Goal, GoalStanding, GoalStatus};
pub(crate) use leaderboard::ranked;
pub use leaderboard::{Board, Ranked, RankedBy, Span};
pub use rows::{ActiveDay, DaySums, EffortOf, ExerciseSums, Lifetime, MonthSums, Performed, Sums, WholeWorkout};
pub use series::{Period, Point};
pub use streaks::{Schedule, Streak, Streaks};
pub use tries::Tries;
pub use workouts::{After, WorkoutFilter};
