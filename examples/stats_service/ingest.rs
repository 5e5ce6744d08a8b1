//! From the queue into the store.

use std::slice;
use std::sync::Arc;

use stats_store::{Effect, Fact, StatsWriter, StoreError};
use tracing::warn;
use workout_consumer::{Consumer, Failure};
use workout_events::{Event, WorkoutDeleted, WorkoutPerformed};

use crate::receipts::Receipts;

#[derive(Clone)]
struct Ingest {
    writer: Arc<dyn StatsWriter>,
    receipts: Receipts,
}

/// Stores what happens to workouts. An event is acknowledged after its transaction was committed.
pub(crate) fn consumer(writer: Arc<dyn StatsWriter>, receipts: Receipts) -> Consumer {
    let performed = Ingest { writer, receipts };
    let deleted = performed.clone();
    Consumer::new("stats.workouts")
        .on(move |event: Event<WorkoutPerformed>| performed.clone().store(Fact::from(&event)))
        .on(move |event: Event<WorkoutDeleted>| deleted.clone().store(Fact::from(&event)))
}

impl Ingest {
    async fn store(self, fact: Fact) -> Result<(), Failure> {
        for effect in self.writer.write(slice::from_ref(&fact)).await.map_err(failure)? {
            if effect == Effect::Conflict {
                warn!(event_id = %fact.event_id(), "two facts have one identity; the later one is in quarantine");
            }
            self.receipts.stored(fact.event_id(), effect);
        }
        Ok(())
    }
}

/// A database that is away says nothing about the event.
fn failure(error: StoreError) -> Failure {
    if error.is_transient() { Failure::unavailable(error) } else { Failure::retry(error) }
}
