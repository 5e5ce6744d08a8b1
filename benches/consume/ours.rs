//! Our consumer, with handlers that do nothing but count.

use std::convert::Infallible;
use std::future::ready;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::Notify;
use workout_benches::{Clock, Failure, Spent};
use workout_broker::{Broker, Prefetch};
use workout_consumer::{Batch, BatchHandler, Batches, Consumer};
use workout_events::{Event, WorkoutPerformed};

use crate::measure::{BATCH, BATCH_PREFETCH};
use crate::queue::QUEUE;

/// Tells when the last of so many events has been handled.
#[derive(Clone)]
pub(crate) struct Count(Arc<(AtomicUsize, Notify)>);

impl Count {
    pub(crate) fn down_from(events: usize) -> Self {
        Self(Arc::new((AtomicUsize::new(events), Notify::new())))
    }

    fn less(&self, events: usize) {
        if self.0.0.fetch_sub(events, Ordering::Relaxed) == events {
            self.0.1.notify_one();
        }
    }

    /// Waits until none is left, and expects so many more.
    pub(crate) async fn done(&self, more: usize) {
        self.0.1.notified().await;
        self.0.0.fetch_add(more, Ordering::Relaxed);
    }
}

/// Without a consumer: what comes, and one acknowledgement for many.
pub(crate) async fn deliveries(url: &str, events: usize) -> Result<Spent, Failure> {
    let broker = Broker::connect(url).await?;
    let clock = Clock::start()?;
    let mut deliveries = broker.consume(QUEUE, Prefetch::new(BATCH_PREFETCH.into())?).await?;
    let (mut came, mut settled) = (0, 0);
    while came < events {
        let mut batch = deliveries.next_batch(BATCH).await.ok_or("the subscription has ended")??;
        came += batch.len();
        if (came - settled >= BATCH || came == events)
            && let Some(last) = batch.pop()
        {
            last.ack_through().await?;
            settled = came;
        }
    }
    let spent = clock.stop()?;
    deliveries.close().await?;
    broker.close().await?;
    Ok(spent)
}

/// Many events together.
pub(crate) async fn batches(url: &str, events: usize) -> Result<Spent, Failure> {
    let count = Count::down_from(events);
    run(url, batching(count.clone())?, &count).await
}

/// A consumer of batches.
pub(crate) fn batching(count: Count) -> Result<Consumer, Failure> {
    let handler: BatchHandler = Batches::of(BATCH)
        .within(Duration::from_millis(50))
        .each(|event: Event<WorkoutPerformed>| event)
        .commit(move |batch: Batch<Event<WorkoutPerformed>>| {
            count.less(batch.items().len());
            async move { Ok(batch.commit(ready(Ok::<_, Infallible>(()))).await?) }
        });
    Ok(Consumer::new(QUEUE).prefetch(Prefetch::new(BATCH_PREFETCH.into())?).batch(handler))
}

/// One event after the other, or some at once.
pub(crate) async fn each(url: &str, events: usize, prefetch: u16, handlers: usize) -> Result<Spent, Failure> {
    let count = Count::down_from(events);
    let counted = count.clone();
    let consumer = Consumer::new(QUEUE).prefetch(Prefetch::new(prefetch.into())?).concurrency(handlers);
    let consumer = consumer.on(move |_: Event<WorkoutPerformed>| {
        counted.less(1);
        ready(())
    });
    run(url, consumer, &count).await
}

/// From the subscription to the last event.
async fn run(url: &str, consumer: Consumer, count: &Count) -> Result<Spent, Failure> {
    let broker = Broker::connect(url).await?;
    broker.declare(&consumer.queue()).await?;
    let clock = Clock::start()?;
    let mut spent = None;
    let last = async {
        count.done(0).await;
        spent = Some(clock.stop());
    };
    consumer.run(broker.clone(), last).await?;
    broker.close().await?;
    spent.ok_or("the consumer ended before the last event")?
}
