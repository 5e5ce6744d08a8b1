//! Those who publish, all through one publisher, each an event after the other.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, timeout};
use workout_events::{Event, EventId, WorkoutDeleted, WorkoutId};
use workout_publisher::{Outcome, PublishError, Publisher};

use crate::outbox::suite::chaos::Dice;

const CALLERS: usize = 64;

/// Who was refused comes again at this pace, as long as the circuit breaker is open.
const PACE: Duration = Duration::from_millis(50);

/// So long after its deadline a call hangs.
const HUNG: Duration = Duration::from_secs(20);

/// A call that has ended.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) caller: usize,
    pub(super) id: EventId,
    pub(super) begun: Instant,
    pub(super) ended: Instant,
    pub(super) limit: Duration,
    /// `None` if it hangs.
    pub(super) became: Option<Result<Outcome, PublishError>>,
}

impl Call {
    pub(super) fn was(&self, wanted: Outcome) -> bool {
        matches!(self.became, Some(Ok(outcome)) if outcome == wanted)
    }

    /// How much later than its deadline it ended.
    pub(super) fn late(&self) -> Duration {
        self.ended.duration_since(self.begun).saturating_sub(self.limit)
    }
}

/// The callers, while they publish.
pub(super) struct Callers {
    common: Arc<Common>,
    running: JoinSet<Vec<Call>>,
}

struct Common {
    stop: AtomicBool,
    confirmed: AtomicUsize,
    /// When each of them had an event confirmed for the last time.
    last: Mutex<[Option<Instant>; CALLERS]>,
}

impl Callers {
    pub(super) fn start(publisher: &Publisher, seed: u64) -> Self {
        let (stop, confirmed) = (AtomicBool::new(false), AtomicUsize::new(0));
        let common = Arc::new(Common { stop, confirmed, last: Mutex::new([None; CALLERS]) });
        let mut running = JoinSet::new();
        for caller in 0..CALLERS {
            let dice = Dice::new(seed ^ (caller as u64) << 32);
            running.spawn(publish(publisher.clone(), caller, dice, Arc::clone(&common)));
        }
        Self { common, running }
    }

    pub(super) fn confirmed(&self) -> usize {
        self.common.confirmed.load(Ordering::Relaxed)
    }

    /// Whether every single one has had an event confirmed.
    pub(super) fn all_confirmed_since(&self, moment: Instant) -> bool {
        self.common.last.lock().unwrap().iter().all(|last| last.is_some_and(|last| last > moment))
    }

    /// Lets each end its call, and says what all of them were told.
    pub(super) async fn stop(self) -> Vec<Call> {
        self.common.stop.store(true, Ordering::Relaxed);
        self.running.join_all().await.into_iter().flatten().collect()
    }
}

async fn publish(publisher: Publisher, caller: usize, mut dice: Dice, common: Arc<Common>) -> Vec<Call> {
    let mut calls = Vec::new();
    let mut pace = interval(PACE);
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while !common.stop.load(Ordering::Relaxed) {
        let event = Event::new("/tests", WorkoutDeleted::new(WorkoutId::generate(), 2)).unwrap();
        let limit = Duration::from_millis(3_000 + dice.roll(7_000));
        let begun = Instant::now();
        let became = timeout(limit + HUNG, publisher.publish_with_deadline(&event, limit)).await.ok();
        let call = Call { caller, id: event.id(), begun, ended: Instant::now(), limit, became };
        if call.was(Outcome::Confirmed) {
            common.confirmed.fetch_add(1, Ordering::Relaxed);
            common.last.lock().unwrap()[caller] = Some(call.ended);
        } else {
            pace.tick().await;
        }
        calls.push(call);
    }
    calls
}
