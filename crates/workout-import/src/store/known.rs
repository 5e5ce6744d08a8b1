//! What a store knows of the workouts of a file.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use stats_store::{Day, Days, StatsReader, StoreError, WorkoutFilter};
use workout_events::{WorkoutId, WorkoutPerformed};

use crate::format::{Format, Imported};
use crate::options::Options;

/// Whole workouts are long, so few of them are in memory.
const PAGE: u16 = 100;

/// How far a day of the store may be from that of the file: zones, and the hour at which a person's day begins.
const AROUND: i32 = 3;

/// What a store knows of a workout of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Known {
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

impl Known {
    /// The workout as it is to be written: as it is, or as the next revision. Nothing where the store keeps what it has.
    #[must_use]
    pub fn due(self, mut data: WorkoutPerformed) -> Option<WorkoutPerformed> {
        match self {
            Self::Not => Some(data),
            Self::Until(revision) => {
                data.revision = revision.saturating_add(1);
                Some(data)
            }
            Self::AsItIs | Self::Elsewhere | Self::Deleted => None,
        }
    }

    /// What somebody may want to know of a workout that the store keeps as it is.
    #[must_use]
    pub fn remark(self) -> Option<&'static str> {
        match self {
            Self::Deleted => Some("the workout was deleted since, and stays so"),
            Self::Elsewhere => Some("the workout is known from elsewhere with other details, which stay"),
            Self::Not | Self::Until(_) | Self::AsItIs => None,
        }
    }
}

/// A file that was compared with what a store knows.
#[derive(Debug)]
pub struct Compared {
    reader: Arc<dyn StatsReader>,
    format: Format,
    options: Options,
    /// What the store has under whatever id, and the file too.
    same: HashSet<WorkoutId>,
    /// What the store has under another id, with the title and the start of one in the file.
    elsewhere: HashSet<WorkoutId>,
}

impl Compared {
    /// Compares the file with all that the person did around these days, in the words of the format: an export of ours
    /// has neither the ids of other apps nor anything that the format has no place for.
    ///
    /// `step` is told how many workouts of the store were looked at.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn with_store(
        reader: Arc<dyn StatsReader>,
        format: Format,
        options: Options,
        imported: &Imported,
        mut step: impl FnMut(usize),
    ) -> Result<Self, StoreError> {
        let file = &imported.workouts;
        let by_id: HashMap<_, _> = file.iter().map(|(_, data)| (data.workout_id, data)).collect();
        let mut store = Self { reader, format, options, same: HashSet::new(), elsewhere: HashSet::new() };
        let day =
            |data: &WorkoutPerformed| Day::new(data.started_at.timestamp().to_zoned(data.time_zone.zone()).date());
        let days: Vec<_> = file.iter().map(|(_, data)| day(data)).collect();
        let (Some(first), Some(last), Some((_, any))) = (days.iter().min(), days.iter().max(), file.first()) else {
            return Ok(store);
        };
        let days = Days::new(first.plus(-AROUND), last.plus(AROUND));
        let mut filter = WorkoutFilter::new(PAGE).days(days);
        loop {
            let page = store.reader.whole_workouts(any.user_id, &filter).await?.value;
            let Some(last) = page.last() else { return Ok(store) };
            filter = filter.after(&last.brief);
            step(page.len());
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

    /// What the store knows of this workout.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn known(&self, data: &WorkoutPerformed) -> Result<Known, StoreError> {
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
