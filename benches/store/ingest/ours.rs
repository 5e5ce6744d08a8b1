//! The store, directly and behind a consumer.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use stats_store::{Effect, Fact, Ingest, StatsStore};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use workout_benches::{Clock, Failure, Spent};
use workout_broker::{Broker, Prefetch};
use workout_consumer::Consumer;
use workout_events::{Event, UserId, WorkoutPerformed};

use crate::Wanted;
use crate::broker::QUEUE;

/// From decoded events to committed ones: each batch in so many transactions at the same time, of other people each.
pub(crate) async fn write(
    store: &StatsStore,
    events: &[Event<WorkoutPerformed>],
    batch: usize,
    writers: usize,
) -> Result<Spent, Failure> {
    let clock = Clock::start()?;
    for batch in events.chunks(batch) {
        let mut parts = vec![Vec::new(); writers];
        for event in batch {
            parts[part(event.data().user_id, writers)].push(Fact::from(event));
        }
        let mut writing = JoinSet::new();
        for facts in parts {
            let writer = store.writer();
            writing.spawn(async move { writer.write(&facts).await });
        }
        for effects in writing.join_all().await {
            if effects?.iter().any(|effect| *effect != Effect::Applied) {
                return Err("not all were new".into());
            }
        }
    }
    clock.stop()
}

fn part(user: UserId, parts: usize) -> usize {
    usize::from(user.as_uuid().as_bytes()[15]) % parts
}

/// From a queue to the effect of its last event.
pub(crate) async fn consume(
    broker: &Broker,
    store: &StatsStore,
    wanted: &Wanted,
    writers: usize,
) -> Result<Spent, Failure> {
    let (left, last) = (Arc::new(AtomicUsize::new(wanted.events)), Arc::new(Notify::new()));
    let told = Arc::clone(&last);
    let ingest = Ingest::into(store.writer()).size(wanted.batch).at_once(writers).tell(move |_, _| {
        if left.fetch_sub(1, Ordering::Relaxed) == 1 {
            told.notify_one();
        }
    });
    let consumer =
        Consumer::new(QUEUE).prefetch(Prefetch::new(u32::try_from(wanted.prefetch())?)?).batch(ingest.handler());
    broker.declare(&consumer.queue()).await?;
    let clock = Clock::start()?;
    let mut spent = None;
    let done = async {
        last.notified().await;
        spent = Some(clock.stop());
    };
    consumer.run(broker.clone(), done).await?;
    spent.ok_or("the consumer ended before the last event")?
}
