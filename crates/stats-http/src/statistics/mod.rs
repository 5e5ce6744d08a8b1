//! Questions about a person's workouts, and what the answers look like.
//!
//! The names in an answer are ours: a store may change its own without a client noticing.

mod agreed;
mod sums;

mod over_time;
mod streaks;

mod exercises;

mod cursor;
mod whole;
mod workouts;

mod records;

mod leaderboard;

mod erase;

mod preferences;

pub(crate) use records::Record;
pub(crate) use workouts::Workout;

use crate::operation::Operation;

pub(crate) use sums::Sums;
pub(crate) use whole::WholeWorkout;

/// All of them.
pub(crate) fn operations() -> Vec<Operation> {
    [
        agreed::operations(),
        sums::operations(),
        over_time::operations(),
        streaks::operations(),
        exercises::operations(),
        workouts::operations(),
        whole::operations(),
        records::operations(),
        leaderboard::operations(),
        erase::operations(),
        preferences::operations(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
