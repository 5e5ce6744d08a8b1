//! Waiting for a person's statistics to get somewhere.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use stats_store::{Answer, Lifetime, StatsReader, StoreError};
use tokio::sync;
use tokio::time::{Instant, sleep};
use workout_events::UserId;

/// Looks at people for those who wait: many who wait for the same person cost about what one does.
#[derive(Debug, Clone, Default)]
pub(crate) struct Positions(Arc<Mutex<People>>);

type People = HashMap<UserId, Arc<Looks>>;

/// The last look at a person, and when it began. One is done at a time.
type Looks = sync::Mutex<Option<(Instant, Answer<Lifetime>)>>;

const FIRST_PAUSE: Duration = Duration::from_millis(5);
const LONGEST_PAUSE: Duration = Duration::from_millis(100);

impl Positions {
    /// The person at this position or a later one; `None` when that takes longer than until `end`.
    pub(crate) async fn wait(
        &self,
        reader: &dyn StatsReader,
        user: UserId,
        position: i64,
        end: Instant,
    ) -> Result<Option<Answer<Lifetime>>, StoreError> {
        let waiting = self.begin(user);
        let (mut since, mut pause) = (Instant::now(), FIRST_PAUSE);
        loop {
            let lifetime = waiting.look(reader, since).await?;
            if lifetime.as_of.version >= position {
                return Ok(Some(lifetime));
            }
            since = Instant::now();
            if since + pause > end {
                return Ok(None);
            }
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    fn begin(&self, user: UserId) -> Waiting {
        let looks = Arc::clone(self.lock().entry(user).or_default());
        Waiting { positions: self.clone(), user, looks }
    }

    fn lock(&self) -> MutexGuard<'_, People> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Somebody who waits.
struct Waiting {
    positions: Positions,
    user: UserId,
    looks: Arc<Looks>,
}

impl Waiting {
    /// What a look sees that has begun since then, whoever has begun it.
    async fn look(&self, reader: &dyn StatsReader, since: Instant) -> Result<Answer<Lifetime>, StoreError> {
        let mut last = self.looks.lock().await;
        if let Some((began, seen)) = *last
            && began >= since
        {
            return Ok(seen);
        }
        let began = Instant::now();
        let seen = reader.lifetime(self.user).await?;
        *last = Some((began, seen));
        Ok(seen)
    }
}

/// The last one to go takes the person along.
impl Drop for Waiting {
    fn drop(&mut self) {
        let mut people = self.positions.lock();
        // Ours, and the one in the map.
        if Arc::strong_count(&self.looks) <= 2 {
            people.remove(&self.user);
        }
    }
}
