//! Those who publish while consumers have trouble, and what they were told.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};
use workout_broker::Broker;
use workout_events::{Event, EventId, WorkoutDeleted, WorkoutId};
use workout_publisher::{Outcome, Publisher};

const CALLERS: u32 = 4;

/// Each publishes an event so often.
const PACE: Duration = Duration::from_millis(10);

/// An event that was confirmed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Said {
    pub(super) id: EventId,
    pub(super) at: Instant,
}

/// Events with the revisions from 1 on, in no particular order, until it is stopped.
pub(super) struct Load {
    common: Arc<Common>,
    publisher: Publisher,
    running: JoinSet<()>,
}

#[derive(Default)]
struct Common {
    stop: AtomicBool,
    revision: AtomicU32,
    confirmed: Mutex<Vec<Said>>,
}

impl Load {
    pub(super) fn start(broker: &Broker) -> Self {
        let (common, publisher) = (Arc::new(Common::default()), Publisher::new(broker.clone()));
        let mut running = JoinSet::new();
        for _ in 0..CALLERS {
            running.spawn(publish(publisher.clone(), Arc::clone(&common)));
        }
        Self { common, publisher, running }
    }

    /// Lets each end what it is at, and says what was confirmed.
    pub(super) async fn stop(self) -> Vec<Said> {
        self.common.stop.store(true, Ordering::Relaxed);
        self.running.join_all().await;
        let _ = self.publisher.close(super::LIMIT).await;
        self.common.confirmed.lock().unwrap().clone()
    }
}

pub(super) fn ids(said: &[Said]) -> BTreeSet<EventId> {
    said.iter().map(|said| said.id).collect()
}

async fn publish(publisher: Publisher, common: Arc<Common>) {
    let mut pace = interval(PACE);
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while !common.stop.load(Ordering::Relaxed) {
        pace.tick().await;
        let revision = common.revision.fetch_add(1, Ordering::Relaxed) + 1;
        let event = Event::new("/tests", WorkoutDeleted::new(WorkoutId::generate(), revision)).unwrap();
        // What is not confirmed may be in the queue or not, and shows nothing.
        if publisher.publish(&event).await.is_ok_and(|outcome| outcome == Outcome::Confirmed) {
            common.confirmed.lock().unwrap().push(Said { id: event.id(), at: Instant::now() });
        }
    }
}
