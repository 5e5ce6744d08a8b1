//! What a store knows of the workouts of a file.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use stats_store::{Day, Days, StatsReader, StoreError, WorkoutFilter};
use workout_events::{WorkoutId, WorkoutPerformed};
use workout_import::{Format, Options};

use crate::progress;

/// Whole workouts are long, so few of them are in memory.
const PAGE: u16 = 100;

/// How far a day of the store may be from that of the file: zones, and the hour at which a person's day begins.
const AROUND: i32 = 3;

/// What a workout of a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    /// Nothing is known of it.
    Not,
    /// Up to this revision, which says something else.
    Until(u32),
    /// The file says nothing new.
    AsItIs,
    /// It is there under another name and says something else: it was recorded by another app.
    Elsewhere,
    /// It was deleted, and stays so.
    Deleted,
}

pub(super) struct Store {
    reader: Arc<dyn StatsReader>,
    format: Format,
    options: Options,
    /// What the store has under whatever id, and the file too.
    same: HashSet<WorkoutId>,
    /// What the store has under another id, with the title and the start of one in the file.
    elsewhere: HashSet<WorkoutId>,
}

impl Store {
    /// Compares the file with all that the person did around these days, in the words of the format: an export of ours
    /// has neither the ids of other apps nor anything that the format has no place for.
    pub(super) async fn look(
        reader: Arc<dyn StatsReader>,
        format: Format,
        options: Options,
        file: &[(u64, WorkoutPerformed)],
    ) -> Result<Self, StoreError> {
        let by_id: HashMap<_, _> = file.iter().map(|(_, data)| (data.workout_id, data)).collect();
        let mut store = Self { reader, format, options, same: HashSet::new(), elsewhere: HashSet::new() };
        let day =
            |data: &WorkoutPerformed| Day::new(data.started_at.timestamp().to_zoned(data.time_zone.zone()).date());
        let days: Vec<_> = file.iter().map(|(_, data)| day(data)).collect();
        let (Some(first), Some(last), Some((_, any))) = (days.iter().min(), days.iter().max(), file.first()) else {
            return Ok(store);
        };
        let days = Days::new(first.plus(-AROUND), last.plus(AROUND));
        let lifetime = store.reader.lifetime(any.user_id).await?.value;
        let bar = progress::count(u64::try_from(lifetime.sums.workouts).unwrap_or(0)).with_message("compared");
        let mut filter = WorkoutFilter::new(PAGE).days(days);
        loop {
            let page = store.reader.whole_workouts(any.user_id, &filter).await?.value;
            let Some(last) = page.last() else {
                bar.finish_and_clear();
                return Ok(store);
            };
            filter = filter.after(&last.brief);
            bar.inc(page.len() as u64);
            for whole in &page {
                let Some(carried) = format.carried(&whole.data, &options) else { continue };
                match by_id.get(&carried.workout_id) {
                    Some(said) if **said == carried => store.same.insert(carried.workout_id),
                    Some(_) if whole.data.workout_id != carried.workout_id => {
                        store.elsewhere.insert(carried.workout_id)
                    }
                    _ => false,
                };
            }
        }
    }

    /// What is known of this workout.
    pub(super) async fn of(&self, data: &WorkoutPerformed) -> Result<Known, StoreError> {
        if self.same.contains(&data.workout_id) {
            return Ok(Known::AsItIs);
        }
        let revisions = self.reader.revisions(data.user_id, data.workout_id).await?.value;
        let Some(last) = revisions.last() else {
            // Nobody begins two workouts of one title in one minute, and an edit of an export knows less than the store.
            return Ok(if self.elsewhere.contains(&data.workout_id) { Known::Elsewhere } else { Known::Not });
        };
        if revisions.iter().any(|said| self.format.carried(said, &self.options).as_ref() == Some(data)) {
            return Ok(Known::AsItIs);
        }
        match self.reader.workout(data.user_id, data.workout_id).await?.value {
            Some(_) => Ok(Known::Until(last.revision)),
            None => Ok(Known::Deleted),
        }
    }
}
