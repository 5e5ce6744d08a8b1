//! One look at a person, for all streams about them.

use std::sync::{Arc, Weak};
use std::time::Duration;

use stats_store::{AsOf, Performed, StoreError};
use tokio::sync::{Mutex, Semaphore};
use tokio::time::sleep;

use super::open::Listener;
use super::state::State;
use crate::operation::today;

/// What there is, with the workouts in brief.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) state: Arc<State>,
    pub(super) workouts: Vec<Performed>,
}

/// What those share who listen to the same person.
#[derive(Debug)]
pub(super) struct Looks {
    /// Whoever has looked keeps it for a moment, for those who look at the same time.
    last: Mutex<Weak<Seen>>,
    /// One of them counts facts again at a time.
    pub(super) counting: Arc<Semaphore>,
}

/// What a look has found.
pub(super) enum Look {
    /// What was seen before.
    Same,
    Seen(Arc<Seen>),
    /// There are writes all the time, this one among them: it cannot be said what there is at one moment.
    Moving(AsOf),
}

/// So long it is waited for writes to pause, in milliseconds.
const WAITS_MS: [u64; 4] = [50, 100, 200, 400];

impl Looks {
    /// What there is, unless it is what was seen already.
    pub(super) async fn look(
        &self,
        listener: &Listener,
        few: &Semaphore,
        seen: Option<&State>,
    ) -> Result<Look, StoreError> {
        let mut last = self.last.lock().await;
        let mut waits = WAITS_MS.into_iter();
        loop {
            // Nobody closes it.
            let one_of_few = few.acquire().await;
            let lifetime = listener.reader.lifetime(listener.user).await?;
            let now = (listener.now)();
            let (as_of, today) = (lifetime.as_of, today(now, &lifetime.value.preferences));
            let is_now = |state: &State| (state.as_of, state.today) == (as_of, today);
            if seen.is_some_and(is_now) {
                return Ok(Look::Same);
            }
            if let Some(found) = last.upgrade().filter(|found| is_now(&found.state)) {
                return Ok(Look::Seen(found));
            }
            if let Some((state, workouts)) = State::read(&*listener.reader, listener.user, now).await? {
                let found = Arc::new(Seen { state: Arc::new(state), workouts });
                *last = Arc::downgrade(&found);
                return Ok(Look::Seen(found));
            }
            drop(one_of_few);
            let Some(wait) = waits.next() else { return Ok(Look::Moving(as_of)) };
            sleep(Duration::from_millis(wait)).await;
        }
    }
}

impl Default for Looks {
    fn default() -> Self {
        Self { last: Mutex::default(), counting: Arc::new(Semaphore::new(1)) }
    }
}
