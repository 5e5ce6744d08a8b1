//! Who waits for an event to be stored.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use stats_store::{Effect, Fact};
use tokio::sync::oneshot;
use workout_events::{Event, EventId, WorkoutPerformed};

/// With the fact itself: somebody else may say something else under the same id, and has an effect of their own.
type Waiting = HashMap<EventId, Vec<(Fact, oneshot::Sender<Effect>)>>;

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
    pub(crate) fn expect(&self, event: &Event<WorkoutPerformed>) -> Receipt {
        let (sender, effect) = oneshot::channel();
        self.lock().entry(event.id()).or_default().push((Fact::from(event), sender));
        Receipt { receipts: self.clone(), id: event.id(), effect }
    }

    /// To be called after the transaction was committed.
    pub(crate) fn stored(&self, fact: &Fact, effect: Effect) {
        let mut waiting = self.lock();
        let Some(places) = waiting.remove(&fact.event_id()) else { return };
        let (told, others): (Vec<_>, _) = places.into_iter().partition(|(expected, _)| expected == fact);
        if !others.is_empty() {
            waiting.insert(fact.event_id(), others);
        }
        for (_, sender) in told {
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
        if let Some(places) = waiting.get_mut(&self.id) {
            places.retain(|(_, sender)| !sender.is_closed());
            if places.is_empty() {
                waiting.remove(&self.id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use workout_events::jiff::{ToSpan, Zoned};
    use workout_events::{ActivityType, Source, UserId, WorkoutId};

    use super::*;

    #[tokio::test]
    async fn who_says_something_else_under_the_same_id_has_an_effect_of_their_own() {
        let ended = Zoned::now();
        let (workout, user) = (WorkoutId::generate(), UserId::generate());
        let started = &ended - 45.minutes();
        let said = WorkoutPerformed::new(workout, user, Source::new("test"), ActivityType::Running, &started, &ended);
        let event = |kcal| Event::new("/test", said.clone().energy_kcal(kcal)).expect("a workout");
        let (one, other) = (event(1), event(2));
        assert_eq!(one.id(), other.id());
        let receipts = Receipts::default();
        let (mut first, mut second) = (receipts.expect(&one), receipts.expect(&other));
        receipts.stored(&Fact::from(&one), Effect::Applied);
        assert_eq!(first.effect().await, Some(Effect::Applied));
        receipts.stored(&Fact::from(&other), Effect::Conflict);
        assert_eq!(second.effect().await, Some(Effect::Conflict));
        drop((first, second));
        assert!(receipts.lock().is_empty(), "a place is kept for nobody");
    }
}
