//! A writer that tells who has changed.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use stats_store::{Effect, Fact, StatsWriter, StoreError};

use super::hub::Live;

/// Writes, and wakes those who listen when it is committed.
#[derive(Debug)]
pub(super) struct Waking {
    pub(super) writer: Arc<dyn StatsWriter>,
    pub(super) live: Live,
}

#[async_trait]
impl StatsWriter for Waking {
    async fn write(&self, facts: &[Fact]) -> Result<Vec<Effect>, StoreError> {
        let effects = self.writer.write(facts).await?;
        let is_new = |effect: &Effect| !matches!(effect, Effect::Duplicate | Effect::Conflict | Effect::Erased);
        let new = facts.iter().zip(&effects).filter(|(_, effect)| is_new(effect));
        // In a batch somebody may stand often.
        let people: BTreeSet<_> = new.filter_map(|(fact, _)| fact.user_id()).collect();
        for user in &people {
            self.live.wake(*user);
        }
        self.live.hub.changed.note(people);
        Ok(effects)
    }

    fn at_once(&self) -> usize {
        self.writer.at_once()
    }
}
