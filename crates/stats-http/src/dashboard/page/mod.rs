//! The pages behind the first one, a file for each.

pub(super) mod exercise;
pub(super) mod exercises;
pub(super) mod goals;
pub(super) mod import;
pub(super) mod leaderboard;
pub(super) mod live;
pub(super) mod records;
pub(super) mod settings;
pub(super) mod start;
pub(super) mod transfer;
pub(super) mod version;
pub(super) mod why;
pub(super) mod workout;
pub(super) mod workouts;
