//! From a workout to what both apps have columns for.

use workout_events::jiff::civil::DateTime;
use workout_events::{LoadMode, Set, SetKind, WorkoutPerformed};

use crate::{activity, notes};

/// A workout, as an app with exercises and sets knows it.
pub(crate) struct Flat<'w> {
    pub(crate) title: &'w str,
    pub(crate) started: DateTime,
    pub(crate) ended: DateTime,
    pub(crate) elapsed_s: u64,
    pub(crate) description: String,
    pub(crate) rows: Vec<FlatRow<'w>>,
}

/// A set, or an exercise without any.
pub(crate) struct FlatRow<'w> {
    pub(crate) exercise: String,
    pub(crate) superset: &'w str,
    pub(crate) note: String,
    /// The place within the exercise, from 0.
    pub(crate) place: usize,
    pub(crate) set: Option<Set>,
}

impl<'w> Flat<'w> {
    pub(crate) fn of(data: &'w WorkoutPerformed) -> Self {
        let clock = |at: workout_events::Moment| at.timestamp().to_zoned(data.time_zone.zone()).datetime();
        let titles: Vec<_> = data.exercises.iter().map(|exercise| exercise.name.as_str()).collect();
        let (description, notes) = notes::split(data.notes.as_deref().unwrap_or_default(), &titles);
        let mut rows = Vec::new();
        for (exercise, note) in data.exercises.iter().zip(notes) {
            let superset = exercise.superset_id.as_deref().unwrap_or_default();
            let row =
                |place, set| FlatRow { exercise: exercise.name.clone(), superset, note: note.clone(), place, set };
            if exercise.sets.is_empty() {
                rows.push(row(0, None));
            }
            rows.extend(exercise.sets.iter().cloned().enumerate().map(|(place, set)| row(place, Some(set))));
        }
        if rows.is_empty() {
            rows.push(whole(data));
        }
        Self {
            title: data.title.as_deref().unwrap_or_default(),
            started: clock(data.started_at),
            ended: clock(data.ended_at),
            elapsed_s: u64::try_from(data.elapsed_s()).unwrap_or(0),
            description,
            rows,
        }
    }
}

/// A workout without exercises becomes one exercise with one set, named after the activity.
fn whole(data: &WorkoutPerformed) -> FlatRow<'_> {
    let mut set = Set::new(0, SetKind::Normal);
    set.distance_m = data.distance_m;
    set.duration_ms = u32::try_from(data.duration_s() * 1_000).ok();
    let exercise = data.activity_label.clone().unwrap_or_else(|| activity::title(data.activity_type));
    FlatRow { exercise, superset: "", note: String::new(), place: 0, set: Some(set) }
}

/// Whether the load takes weight off and the title does not say so: then a sign has to.
pub(crate) fn needs_sign(exercise: &str, set: &Set) -> bool {
    let is_assisted = set.load_mode == Some(LoadMode::Assisted) && set.load_g.is_some_and(|load| load > 0);
    is_assisted && crate::row::load_mode(exercise) != Some(LoadMode::Assisted)
}
