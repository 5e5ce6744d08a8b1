//! The pages of a file, one after the other.

use std::sync::Arc;
use std::time::Duration;

use stats_store::{Answer, AsOf, StatsReader, WholeWorkout, WorkoutFilter};
use tokio::time::timeout;
use workout_events::UserId;

use super::encoder::Encoder;
use super::sender::Cut;

/// Whole workouts are long, so few of them are in memory.
pub(super) const PAGE: u16 = 200;

/// How long the store may take for a page.
const PAGE_WITHIN: Duration = Duration::from_secs(30);

/// What is still to be sent.
pub(super) struct Pages {
    pub(super) reader: Arc<dyn StatsReader>,
    pub(super) user: UserId,
    pub(super) filter: WorkoutFilter,
    pub(super) encoder: Encoder,
    /// The moment that the file is of.
    pub(super) as_of: AsOf,
    pub(super) next: Next,
}

pub(super) enum Next {
    /// What stands before the workouts, and the first of them.
    Head(Vec<u8>, Vec<WholeWorkout>),
    Page,
    Nothing,
}

impl Pages {
    /// The text of the next page.
    pub(super) async fn next(&mut self) -> Result<Vec<u8>, Cut> {
        let (mut text, page) = match std::mem::replace(&mut self.next, Next::Page) {
            Next::Nothing => (Vec::new(), Vec::new()),
            Next::Head(head, first) => (head, first),
            Next::Page => (Vec::new(), self.read().await?),
        };
        match page.last().filter(|_| page.len() == usize::from(PAGE)) {
            Some(last) => self.filter = self.filter.after(&last.brief),
            None => self.next = Next::Nothing,
        }
        text.extend(self.encoder.page(page).map_err(Cut::failed)?);
        if self.are_over() {
            text.extend(self.encoder.end());
        }
        Ok(text)
    }

    /// Whether there are no more.
    pub(super) fn are_over(&self) -> bool {
        matches!(self.next, Next::Nothing)
    }

    /// A workout that was moved to another day between two pages would be there twice or not at all, and where the person was
    /// forgotten meanwhile a part would end as the whole does.
    async fn read(&self) -> Result<Vec<WholeWorkout>, Cut> {
        let page = timeout(PAGE_WITHIN, self.reader.whole_workouts(self.user, &self.filter)).await;
        let Answer { as_of, value, .. } = page.map_err(Cut::failed)?.map_err(Cut::failed)?;
        if as_of == self.as_of { Ok(value) } else { Err(Cut::Changed) }
    }
}
