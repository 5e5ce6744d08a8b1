//! Whom the first page offers.

use workout_events::UserId;

/// A person with a name, as far as the host has told.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub(crate) user: UserId,
    pub(crate) name: String,
}
