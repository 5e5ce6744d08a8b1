//! Who waits for word about what.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

/// What somebody waits for word about, with what those share who wait for the same.
pub(super) struct Topics<K, T>(Mutex<HashMap<K, Topic<T>>>);

struct Topic<T> {
    word: watch::Sender<()>,
    shared: Arc<T>,
}

/// Somebody who waits.
pub(super) struct Waiting<K: Copy + Eq + Hash, T> {
    topics: Arc<Topics<K, T>>,
    key: K,
    word: watch::Receiver<()>,
    /// As long as anybody waits, it is the same for all.
    pub(super) shared: Arc<T>,
}

impl<K: Copy + Eq + Hash, T: Default> Topics<K, T> {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::default()))
    }

    pub(super) fn wait_for(self: &Arc<Self>, key: K) -> Waiting<K, T> {
        let mut topics = self.lock();
        let topic = topics.entry(key).or_insert_with(|| Topic { word: watch::Sender::new(()), shared: Arc::default() });
        let (word, shared) = (topic.word.subscribe(), Arc::clone(&topic.shared));
        Waiting { topics: Arc::clone(self), key, word, shared }
    }

    /// Costs next to nothing where nobody waits.
    pub(super) fn tell(&self, key: K) {
        if let Some(topic) = self.lock().get(&key) {
            topic.word.send_replace(());
        }
    }
}

impl<K, T> Topics<K, T> {
    fn lock(&self) -> MutexGuard<'_, HashMap<K, Topic<T>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Copy + Eq + Hash, T> Waiting<K, T> {
    /// Words that came since the last call are one. Cancel safe.
    pub(super) async fn word(&mut self) {
        // The sender lives as long as somebody waits.
        let _ = self.word.changed().await;
    }
}

impl<K: Copy + Eq + Hash, T> Drop for Waiting<K, T> {
    fn drop(&mut self) {
        let mut topics = self.topics.lock();
        // This one is still counted.
        if topics.get(&self.key).is_some_and(|topic| topic.word.receiver_count() <= 1) {
            topics.remove(&self.key);
        }
    }
}
