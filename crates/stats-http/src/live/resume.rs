//! Going on where a client was, whichever process told it the last event.

use std::sync::Arc;

use stats_store::{StatsReader, StoreError};
use workout_events::UserId;
use workout_events::jiff::Timestamp;

use super::look::Seen;
use super::mark::{Mark, Place};
use super::news::{News, between};
use super::state::State;

/// News from one moment to another, of which the client knows the first so many.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) from: Mark,
    pub(super) to: Mark,
    pub(super) told: usize,
    pub(super) news: Vec<News>,
}

impl Step {
    /// From what was seen to what there is, with the end of it.
    pub(super) fn new(before: &State, after: &Seen, told: usize) -> Self {
        let mut news = between(before, &after.state, &after.workouts);
        news.push(News::changed(&after.state));
        Self { from: before.mark(), to: after.state.mark(), told, news }
    }

    /// What is left to be told, each with where the client is then.
    pub(super) fn left(&self) -> impl Iterator<Item = (&News, Place)> {
        let places = (1..=self.news.len()).map(|told| match told {
            all if all == self.news.len() => Place::At(self.to),
            told => Place::Between(self.from, self.to, told),
        });
        self.news.iter().zip(places).skip(self.told)
    }
}

/// What it takes to find out what a client has not seen.
pub(super) struct Recount {
    pub(super) place: Place,
    pub(super) now: Arc<Seen>,
    pub(super) reader: Arc<dyn StatsReader>,
    pub(super) user: UserId,
    pub(super) at: Timestamp,
}

impl Recount {
    /// Whether the client knows what there is.
    pub(super) fn misses_nothing(&self) -> bool {
        self.place == Place::At(self.now.state.mark())
    }

    /// Whether the place lies before now, without having counted anything.
    pub(super) fn may_be_known(&self) -> bool {
        let now = self.now.state.mark();
        let may_be = |mark: Mark| mark == now || (mark.version < now.version && mark.changed_at().is_some());
        match self.place {
            Place::At(mark) => may_be(mark),
            Place::Between(from, to, _) => may_be(from) && may_be(to),
        }
    }

    /// What has happened since the client was at this place; nothing where that cannot be found out.
    pub(super) async fn steps(&self) -> Result<Option<Vec<Step>>, StoreError> {
        let (mut steps, seen) = match self.place {
            Place::At(mark) => (Vec::new(), self.recall(mark).await?),
            Place::Between(from, to, told) => {
                let Some(before) = self.recall(from).await? else { return Ok(None) };
                let Some(after) = self.recall(to).await? else { return Ok(None) };
                (vec![Step::new(&before.state, &after, told)], Some(after))
            }
        };
        let Some(seen) = seen else { return Ok(None) };
        if seen.state.mark() != self.now.state.mark() {
            steps.push(Step::new(&seen.state, &self.now, 0));
        }
        Ok(Some(steps))
    }

    /// What there was at this moment.
    async fn recall(&self, mark: Mark) -> Result<Option<Arc<Seen>>, StoreError> {
        let now = &self.now.state;
        if mark == now.mark() {
            return Ok(Some(Arc::clone(&self.now)));
        }
        let Some(changed_at) = mark.changed_at() else { return Ok(None) };
        let known = match self.reader.known_at(self.user, changed_at).await {
            Err(failed) if failed.is_unsupported() => return Ok(None),
            known => known?,
        };
        let Some((then, workouts)) = State::read(&*known, self.user, self.at).await? else { return Ok(None) };
        let then = then.known_again(mark, now);
        Ok(then.map(|state| Arc::new(Seen { state: Arc::new(state), workouts })))
    }
}
