//! Who waits for an event to be stored.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use stats_store::Effect;
use tokio::sync::oneshot;
use workout_events::EventId;

type Waiting = HashMap<EventId, Vec<oneshot::Sender<Effect>>>;

/// Between the request that publishes an event and the handler that stores it.
#[derive(Clone, Default)]
pub(crate) struct Receipts(Arc<Mutex<Waiting>>);

/// A place in the queue for the effect of one event. Dropping it gives the place up.
pub(crate) struct Receipt {
    receipts: Receipts,
    id: EventId,
    effect: oneshot::Receiver<Effect>,
}

impl Receipts {
    /// To be called before the event is published.
    pub(crate) fn expect(&self, id: EventId) -> Receipt {
        let (sender, effect) = oneshot::channel();
        self.lock().entry(id).or_default().push(sender);
        Receipt { receipts: self.clone(), id, effect }
    }

    /// To be called after the transaction was committed.
    pub(crate) fn stored(&self, id: EventId, effect: Effect) {
        for sender in self.lock().remove(&id).unwrap_or_default() {
            // Who does not wait any more does not want to know.
            let _ = sender.send(effect);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Receipt {
    pub(crate) async fn effect(&mut self) -> Option<Effect> {
        (&mut self.effect).await.ok()
    }
}

impl Drop for Receipt {
    fn drop(&mut self) {
        self.effect.close();
        let mut waiting = self.receipts.lock();
        if let Some(senders) = waiting.get_mut(&self.id) {
            senders.retain(|sender| !sender.is_closed());
            if senders.is_empty() {
                waiting.remove(&self.id);
            }
        }
    }
}
