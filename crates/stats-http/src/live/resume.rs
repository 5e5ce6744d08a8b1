//! Going on where a client was, whichever process told it the last event.

use stats_store::{Performed, StatsReader, StoreError};
use workout_events::UserId;
use workout_events::jiff::Timestamp;

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
    pub(super) fn new(before: &State, after: &State, workouts: &[Performed], told: usize) -> Self {
        let mut news = between(before, after, workouts);
        news.push(News::changed(after));
        Self { from: before.mark(), to: after.mark(), told, news }
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

/// What has happened since the client was at this place; nothing where that cannot be found out.
pub(super) async fn since(
    place: Place,
    now: &State,
    workouts: &[Performed],
    reader: &dyn StatsReader,
    user: UserId,
    at: Timestamp,
) -> Result<Option<Vec<Step>>, StoreError> {
    let recall = async |mark| recall(mark, now, workouts, reader, user, at).await;
    let (mut steps, seen) = match place {
        Place::At(mark) => (Vec::new(), recall(mark).await?),
        Place::Between(from, to, told) => {
            let (Some((before, _)), Some((after, then))) = (recall(from).await?, recall(to).await?) else {
                return Ok(None);
            };
            (vec![Step::new(&before, &after, &then, told)], Some((after, then)))
        }
    };
    let Some((seen, _)) = seen else { return Ok(None) };
    if seen.mark() != now.mark() {
        steps.push(Step::new(&seen, now, workouts, 0));
    }
    Ok(Some(steps))
}

/// What there was at this moment.
async fn recall(
    mark: Mark,
    now: &State,
    workouts: &[Performed],
    reader: &dyn StatsReader,
    user: UserId,
    at: Timestamp,
) -> Result<Option<(State, Vec<Performed>)>, StoreError> {
    if mark == now.mark() {
        return Ok(Some((now.clone(), workouts.to_vec())));
    }
    let (true, Some(changed_at)) = (mark.version < now.as_of.version, mark.changed_at()) else { return Ok(None) };
    let known = match reader.known_at(user, changed_at).await {
        Err(failed) if failed.is_unsupported() => return Ok(None),
        known => known?,
    };
    let (then, workouts) = State::read(&*known, user, at).await?;
    Ok(then.known_again(mark, now).map(|then| (then, workouts)))
}
