//! Imports of workouts from files of other apps.

use super::SLUG;
use crate::{ImportId, UserId, event};

/// An import was completed. The four counts add up to the workouts in the file.
#[event(type = "import.completed", version = 1, subject = import_id)]
pub struct ImportCompleted {
    /// The import.
    pub import_id: ImportId,
    /// Whose workouts they are.
    pub user_id: UserId,
    /// The format of the file.
    #[field(format = SLUG)]
    pub format: String,
    /// Workouts that were new.
    #[field(range = 0..=10_000_000)]
    pub created: u32,
    /// Workouts that were known and have changed.
    #[field(range = 0..=10_000_000)]
    pub updated: u32,
    /// Workouts that were known as they are.
    #[field(range = 0..=10_000_000)]
    pub duplicate: u32,
    /// Workouts that could not be taken.
    #[field(range = 0..=10_000_000)]
    pub rejected: u32,
}
