//! What there is to be told of a person, at one moment.

use std::collections::BTreeMap;

use stats_store::{
    Answer, AsOf, Day, Lifetime, Outcome, Performed, Record, Schedule, StatsReader, StoreError, Streaks, WorkoutFilter,
};
use workout_events::jiff::Timestamp;
use workout_events::types::user::WeekStart;
use workout_events::{GoalId, UserId, WorkoutId};

use super::mark::Mark;
use crate::limit::fnv;
use crate::operation::today;

/// Which workouts count, which records stand, what became of goals, and what is in a row.
#[derive(Debug, Clone)]
pub(super) struct State {
    pub(super) as_of: AsOf,
    /// Streaks are over because time goes by.
    pub(super) today: Day,
    /// With the revision that counts.
    pub(super) workouts: BTreeMap<WorkoutId, u32>,
    pub(super) records: BTreeMap<RecordKey, Record>,
    pub(super) outcomes: BTreeMap<OutcomeKey, Outcome>,
    pub(super) streaks: Streaks,
}

/// What it is a record of, and what was the best.
type RecordKey = (String, &'static str);

/// The goal, and the first day of the stretch.
type OutcomeKey = (GoalId, Day);

impl State {
    /// Of one moment, with the workouts in brief. Nothing if a write came between two questions.
    pub(super) async fn read(
        reader: &dyn StatsReader,
        user: UserId,
        now: Timestamp,
    ) -> Result<Option<(Self, Vec<Performed>)>, StoreError> {
        let Answer { as_of, value: lifetime, .. } = reader.lifetime(user).await?;
        let Lifetime { preferences, .. } = lifetime;
        let week_start = preferences.week_start.unwrap_or(WeekStart::Monday);
        let today = today(now, &preferences);
        let Some(workouts) = all_workouts(reader, user, as_of).await? else { return Ok(None) };
        let records = if_known(reader.bests(user).await, as_of)?;
        let outcomes = if_known(reader.outcomes(user).await, as_of)?;
        let streaks = reader.streaks(user, today, week_start, Schedule::DAILY).await?;
        if [records.as_of, outcomes.as_of, streaks.as_of].iter().any(|moment| *moment != as_of) {
            return Ok(None);
        }
        let state = Self {
            as_of,
            today,
            workouts: workouts.iter().map(|workout| (workout.workout_id, workout.revision)).collect(),
            records: records.value.into_iter().map(|record| (record_key(&record), record)).collect(),
            outcomes: outcomes.value.into_iter().map(|outcome| (outcome_key(&outcome), outcome)).collect(),
            streaks: streaks.value,
        };
        Ok(Some((state, workouts)))
    }

    pub(super) fn mark(&self) -> Mark {
        Mark {
            version: self.as_of.version,
            changed_us: self.as_of.changed_at.map_or(0, Timestamp::as_microsecond),
            missed: self.outcomes.values().filter(|outcome| !outcome.achieved).count(),
            digest: self.digest(),
        }
    }

    /// Of all but the streaks, which also follow from what day it is.
    fn digest(&self) -> u64 {
        let mut text = format!("{}", self.as_of.definition);
        let mut say = |what: &dyn std::fmt::Display| {
            text.push(' ');
            text.push_str(&what.to_string());
        };
        for (workout, revision) in &self.workouts {
            say(workout);
            say(revision);
        }
        for ((of, kind), record) in &self.records {
            say(of);
            say(kind);
            say(&record.value);
            say(&record.workout_id);
        }
        for ((goal, first), outcome) in &self.outcomes {
            say(goal);
            say(first);
            say(&outcome.days.last);
            say(&outcome.achieved);
        }
        fnv(&[text.as_bytes()])
    }

    /// The same as what was known at this moment; nothing if it is not, because there was a write meanwhile whose clock was
    /// behind, or facts are gone, or others were missed than the first ones, or somebody made the mark up.
    pub(super) fn known_again(mut self, mark: Mark, now: &Self) -> Option<Self> {
        let mut missed: Vec<_> = now.outcomes.iter().filter(|(_, outcome)| !outcome.achieved).collect();
        missed.sort_by_key(|(key, outcome)| (outcome.days.last, **key));
        for (key, outcome) in missed.into_iter().take(mark.missed) {
            self.outcomes.entry(*key).or_insert(*outcome);
        }
        self.as_of.version = mark.version;
        self.as_of.changed_at = mark.changed_at();
        (self.mark().digest == mark.digest).then_some(self)
    }
}

/// As of this moment, the last one first.
async fn all_workouts(
    reader: &dyn StatsReader,
    user: UserId,
    as_of: AsOf,
) -> Result<Option<Vec<Performed>>, StoreError> {
    let mut filter = WorkoutFilter::new(WorkoutFilter::MAX);
    let mut all = Vec::new();
    loop {
        let mut page = reader.workouts(user, &filter).await?;
        if page.as_of != as_of {
            return Ok(None);
        }
        let last = page.value.last().copied().filter(|_| page.value.len() == usize::from(WorkoutFilter::MAX));
        all.append(&mut page.value);
        let Some(last) = last else { return Ok(Some(all)) };
        filter = filter.after(&last);
    }
}

fn record_key(record: &Record) -> RecordKey {
    (record.of.to_string(), record.kind.as_str())
}

fn outcome_key(outcome: &Outcome) -> OutcomeKey {
    (outcome.goal_id, outcome.days.first)
}

/// Of what a reader does not know there is never anything new.
fn if_known<T>(answer: Result<Answer<Vec<T>>, StoreError>, as_of: AsOf) -> Result<Answer<Vec<T>>, StoreError> {
    match answer {
        Err(failed) if failed.is_unsupported() => Ok(Answer::new(as_of, Vec::new())),
        answer => answer,
    }
}
