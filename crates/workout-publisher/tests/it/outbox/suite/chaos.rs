//! Writers that commit, roll back and take their time, and relays that die anywhere.

#![expect(clippy::print_stdout, reason = "figures, for information")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sqlx::Pool;
use tokio::task::{JoinSet, yield_now};
use tokio::time::sleep;
use workout_events::amqp::Message;
use workout_events::{Event, EventId};
use workout_publisher::Outcome;
use workout_publisher::outbox::{Backend, Outbox, Relay, Sink};

use super::{bounded, event, id_of};

pub(crate) const WRITERS: u64 = 4;
const TRANSACTIONS: u64 = 40;
const RELAYS: u64 = 2;

/// Every committed event is published, no other is, and duplicates have the same id.
pub(crate) async fn survives<DB: Backend>(pool: &Pool<DB>, seed: u64) {
    let outbox = Outbox::new(pool.clone());
    outbox.migrate().await.unwrap();
    let sink = Slow::default();
    let writing = Arc::new(AtomicUsize::new(0));
    let mut writers = JoinSet::new();
    for n in 0..WRITERS {
        let (outbox, pool, dice) = (outbox.clone(), pool.clone(), Dice::new(seed ^ (n + 1)));
        writing.fetch_add(1, Ordering::SeqCst);
        let writing = Arc::clone(&writing);
        writers.spawn(async move {
            let committed = write(&outbox, &pool, dice).await;
            writing.fetch_sub(1, Ordering::SeqCst);
            committed
        });
    }
    let mut relays = JoinSet::new();
    for n in 0..RELAYS {
        let (outbox, sink, writing) = (outbox.clone(), sink.clone(), Arc::clone(&writing));
        relays.spawn(relay(outbox, sink, writing, Dice::new(seed ^ (n + 100))));
    }

    let committed: BTreeSet<EventId> = bounded(writers.join_all()).await.into_iter().flatten().collect();
    let deaths: u64 = bounded(relays.join_all()).await.into_iter().sum();
    let published = sink.published.lock().unwrap();
    assert_eq!(published.keys().copied().collect::<BTreeSet<_>>(), committed);
    let copies: u64 = published.values().sum();
    println!("seed {seed:#x}: {} events, {copies} messages, {deaths} deaths of a relay", committed.len());
    assert!(deaths > 0);
}

/// Says what was committed.
pub(crate) async fn write<DB: Backend>(outbox: &Outbox<DB>, pool: &Pool<DB>, mut dice: Dice) -> Vec<EventId> {
    let mut committed = Vec::new();
    for _ in 0..TRANSACTIONS {
        let events: Vec<_> = (0..=dice.roll(5)).map(|_| event()).collect();
        let mut transaction = pool.begin().await.unwrap();
        for event in &events {
            outbox.enqueue(&mut transaction, event).await.unwrap();
            for _ in 0..dice.roll(20) {
                yield_now().await;
            }
        }
        if dice.roll(4) == 0 {
            transaction.rollback().await.unwrap();
        } else {
            transaction.commit().await.unwrap();
            committed.extend(events.iter().map(Event::id));
        }
    }
    committed
}

/// Dies and starts anew until everything is published; says how often it died.
async fn relay<DB: Backend>(outbox: Outbox<DB>, sink: Slow, writing: Arc<AtomicUsize>, mut dice: Dice) -> u64 {
    let mut deaths = 0;
    loop {
        let relay = Relay::through(outbox.clone(), sink.clone())
            .window(16)
            .lease(Duration::from_millis(100))
            .poll(Duration::from_millis(20))
            .backoff(Duration::from_millis(1), Duration::from_millis(10));
        let running = tokio::spawn(async move { relay.run(std::future::pending()).await });
        let last = sink.messages() + dice.roll(60);
        let mut done = false;
        while !done && sink.messages() <= last {
            sleep(Duration::from_millis(1)).await;
            done = writing.load(Ordering::SeqCst) == 0 && outbox.lag().await.unwrap().events == 0;
        }
        running.abort();
        let _ = running.await;
        if done {
            return deaths;
        }
        deaths += 1;
    }
}

/// Takes its time, so that a relay can die while it publishes.
#[derive(Debug, Clone, Default)]
struct Slow {
    published: Arc<Mutex<BTreeMap<EventId, u64>>>,
}

impl Slow {
    fn messages(&self) -> u64 {
        self.published.lock().unwrap().values().sum()
    }
}

impl Sink for Slow {
    async fn publish(&mut self, window: &[Arc<Message>]) -> Vec<Outcome> {
        let mut outcomes = Vec::new();
        for message in window {
            *self.published.lock().unwrap().entry(id_of(message)).or_default() += 1;
            for _ in 0..50 {
                yield_now().await;
            }
            outcomes.push(Outcome::Confirmed);
        }
        outcomes
    }
}

/// xorshift64: the same for the same seed.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// Below `sides`.
    pub(crate) fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}
