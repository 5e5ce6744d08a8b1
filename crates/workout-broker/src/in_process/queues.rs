//! The queues and what stands in them, under one lock.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use workout_events::amqp::Message;

use crate::topology::{Binding, DELIVERY_LIMIT, Queue};

/// How many messages a queue takes before it refuses more: memory is the limit here, and not a disk.
const CAPACITY: usize = 10_000;

#[derive(Debug, Default)]
pub(crate) struct Queues(Mutex<State>);

#[derive(Debug, Default)]
pub(crate) struct State {
    queues: BTreeMap<String, Entry>,
}

#[derive(Debug, Default)]
struct Entry {
    ready: VecDeque<Stored>,
    /// Wakes one waiting consumer for each message.
    arrival: Arc<Notify>,
    bindings: BTreeSet<Binding>,
    dead_letters: Option<String>,
}

/// A message in a queue, and how often it has come back.
#[derive(Debug)]
pub(crate) struct Stored {
    pub(crate) message: Arc<Message>,
    pub(crate) returns: u32,
}

impl Queues {
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        // No code panics under the lock; if it did, the queues would still be whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    pub(crate) fn declare(&mut self, queue: &Queue) {
        let dead = queue.dead_letter_name();
        self.queues.entry(dead.clone()).or_default();
        let entry = self.queues.entry(queue.name().to_owned()).or_default();
        entry.bindings.extend(queue.bindings().cloned());
        entry.dead_letters = Some(dead);
    }

    pub(crate) fn arrival(&self, queue: &str) -> Option<Arc<Notify>> {
        self.queues.get(queue).map(|entry| Arc::clone(&entry.arrival))
    }

    /// The queues with a binding for which this holds.
    pub(crate) fn wanting(&self, holds: impl Fn(&Binding) -> bool) -> Vec<String> {
        let wanting = self.queues.iter().filter(|(_, entry)| entry.bindings.iter().any(&holds));
        wanting.map(|(name, _)| name.clone()).collect()
    }

    pub(crate) fn is_full(&self, queue: &str) -> bool {
        self.queues.get(queue).is_some_and(|entry| entry.ready.len() >= CAPACITY)
    }

    pub(crate) fn push(&mut self, queue: &str, message: Arc<Message>) {
        self.put(queue, Stored { message, returns: 0 });
    }

    pub(crate) fn pop(&mut self, queue: &str) -> Option<Stored> {
        self.queues.get_mut(queue)?.ready.pop_front()
    }

    /// Puts a message back: behind the others, so that one that always fails does not hold them up.
    pub(crate) fn give_back(&mut self, queue: &str, mut stored: Stored) {
        stored.returns += 1;
        if stored.returns > DELIVERY_LIMIT {
            self.bury(queue, stored);
        } else {
            self.put(queue, stored);
        }
    }

    /// A dead-letter queue has none of its own, so what it gives up is gone: someone looked and said so.
    pub(crate) fn bury(&mut self, queue: &str, stored: Stored) {
        if let Some(dead) = self.queues.get(queue).and_then(|entry| entry.dead_letters.clone()) {
            self.push(&dead, stored.message);
        }
    }

    fn put(&mut self, queue: &str, stored: Stored) {
        if let Some(entry) = self.queues.get_mut(queue) {
            entry.ready.push_back(stored);
            entry.arrival.notify_one();
        }
    }
}
