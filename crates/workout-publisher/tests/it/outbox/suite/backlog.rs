//! Much that waits.

#![expect(clippy::print_stdout, reason = "figures, for information")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use sqlx::Pool;
use workout_events::amqp::Message;
use workout_publisher::Outcome;
use workout_publisher::outbox::{Backend, Outbox, Relay, Sink};

use super::{bounded, enqueue, event, until};

/// Drains a backlog and prints how fast. No more than a window is ever in memory.
pub(crate) async fn drains<DB: Backend>(pool: &Pool<DB>, events: usize) {
    let outbox = Outbox::new(pool.clone());
    outbox.migrate().await.unwrap();
    let start = Instant::now();
    for _ in 0..events / 1000 {
        let batch: Vec<_> = (0..1000).map(|_| event()).collect();
        enqueue(&outbox, pool, &batch).await;
    }
    println!("enqueue: {:.0} events/s", rate(events, start));

    let sink = Counter::default();
    let relay = Relay::through(outbox.clone(), sink.clone());
    let start = Instant::now();
    let all = until(async || sink.taken.load(Ordering::SeqCst) >= events);
    let report = bounded(relay.run(all)).await.unwrap();
    println!("relay into nothing: {:.0} events/s", rate(events, start));
    assert_eq!(report.sent, events as u64);
    assert!(sink.largest.load(Ordering::SeqCst) <= 500);
    assert_eq!(outbox.lag().await.unwrap().events, 0);
}

#[expect(clippy::cast_precision_loss, reason = "it is printed")]
pub(crate) fn rate(events: usize, start: Instant) -> f64 {
    events as f64 / start.elapsed().as_secs_f64()
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Counter {
    pub(crate) taken: Arc<AtomicUsize>,
    largest: Arc<AtomicUsize>,
}

impl Sink for Counter {
    async fn publish(&mut self, window: &[Arc<Message>]) -> Vec<Outcome> {
        self.taken.fetch_add(window.len(), Ordering::SeqCst);
        self.largest.fetch_max(window.len(), Ordering::SeqCst);
        vec![Outcome::Confirmed; window.len()]
    }
}
