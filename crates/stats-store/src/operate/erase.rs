//! Erasing a person by hand.

use workout_events::types::user::UserErased;
use workout_events::{Event, UserId};

use crate::error::StoreError;
use crate::fact::{Effect, Fact};
use crate::store::StatsStore;

impl StatsStore {
    /// Removes everything of a person, as the event [`UserErased`] does, and says whether there was anybody to erase. A
    /// tombstone stays, so that old events of this person that come again bring nothing back.
    ///
    /// # Errors
    /// When nothing was erased, or when it is not known whether it was: ask for the same again.
    pub async fn erase_user(&self, user: UserId) -> Result<bool, StoreError> {
        let event = Event::new("/stats-store", UserErased::new(user)).map_err(StoreError::other)?;
        Ok(self.writer().write(&[Fact::from(&event)]).await? == [Effect::Applied])
    }
}
