//! What there is to be told of a person, at one moment.

use std::collections::BTreeMap;

use stats_store::{
    Answer, AsOf, Days, Lifetime, Outcome, Performed, Record, Schedule, StatsReader, StoreError, Streaks, Tries,
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
    /// With the revision that counts.
    pub(super) workouts: BTreeMap<WorkoutId, u32>,
    pub(super) records: BTreeMap<RecordKey, Record>,
    pub(super) outcomes: BTreeMap<OutcomeKey, Outcome>,
    pub(super) streaks: Streaks,
}

/// What it is a record of, and what was the best.
type RecordKey = (String, &'static str);

/// The goal, and the first day of the stretch.
type OutcomeKey = (GoalId, stats_store::Day);

impl State {
    /// Of one moment, with the workouts in brief. If a write came between two questions, it begins anew.
    pub(super) async fn read(
        reader: &dyn StatsReader,
        user: UserId,
        now: Timestamp,
    ) -> Result<(Self, Vec<Performed>), StoreError> {
        let mut tries = Tries::new();
        loop {
            tries.again()?;
            let Answer { as_of, value: lifetime, .. } = reader.lifetime(user).await?;
            let Lifetime { preferences, .. } = lifetime;
            let week_start = preferences.week_start.unwrap_or(WeekStart::Monday);
            let today = today(now, &preferences);
            let workouts = reader.explain(user, Days::ALL, None).await?;
            let records = if_known(reader.bests(user).await, as_of)?;
            let outcomes = if_known(reader.outcomes(user).await, as_of)?;
            let streaks = reader.streaks(user, today, week_start, Schedule::DAILY).await?;
            let moments = [workouts.as_of, records.as_of, outcomes.as_of, streaks.as_of];
            if moments.iter().any(|moment| *moment != as_of) {
                continue;
            }
            let state = Self {
                as_of,
                workouts: workouts.value.iter().map(|workout| (workout.workout_id, workout.revision)).collect(),
                records: records.value.into_iter().map(|record| (record_key(&record), record)).collect(),
                outcomes: outcomes.value.into_iter().map(|outcome| (outcome_key(&outcome), outcome)).collect(),
                streaks: streaks.value,
            };
            return Ok((state, workouts.value));
        }
    }

    pub(super) fn mark(&self) -> Mark {
        Mark {
            version: self.as_of.version,
            changed_us: self.as_of.changed_at.map_or(0, Timestamp::as_microsecond),
            missed: self.outcomes.values().filter(|outcome| !outcome.achieved).count(),
            digest: self.digest(),
        }
    }

    /// Of what follows from facts. Streaks also follow from what day it is.
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
        for ((goal, first), outcome) in self.outcomes.iter().filter(|(_, outcome)| outcome.achieved) {
            say(goal);
            say(first);
            say(&outcome.days.last);
        }
        fnv(&[text.as_bytes()])
    }

    /// The same as what was known at this moment; nothing if it is not, because there was a write meanwhile whose clock was
    /// behind, or facts are gone, or somebody made the mark up.
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
