//! From the queue into the store.

use std::sync::Arc;

use stats_store::{Effect, Ingest, StatsWriter};
use tracing::warn;
use workout_consumer::Consumer;

use crate::receipts::Receipts;

/// Stores what statistics are made of, and tells those who wait for it.
pub(crate) fn consumer(writer: Arc<dyn StatsWriter>, receipts: Receipts) -> Consumer {
    let ingest = Ingest::into(writer).tell(move |fact, effect| {
        if effect == Effect::Conflict {
            warn!(event_id = %fact.event_id(), "two facts have one identity; the later one is in quarantine");
        }
        receipts.stored(fact, effect);
    });
    Consumer::new("stats.workouts").batch(ingest.handler())
}
