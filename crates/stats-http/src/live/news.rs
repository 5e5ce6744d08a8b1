//! What is different from what a client has seen.

use schemars::JsonSchema;
use serde::Serialize;
use stats_store::{Outcome, Performed, Streak, Streaks};
use workout_events::types::record::RecordKind;
use workout_events::{GoalId, WorkoutId};

use super::state::State;
use crate::operation::AsOf;
use crate::problem::Code;
use crate::statistics::{Record, Workout};

/// Something that has happened. The name of an event is that of its kind.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum News {
    /// `workout.performed`: a workout that counts, and was not known before.
    Performed(Workout),
    /// `workout.edited`: another revision of it counts now.
    Edited(Workout),
    /// `workout.deleted`: it counts no more, or for somebody else.
    Deleted(Gone),
    /// `record.set`: it is better than what was the best.
    RecordSet(Record),
    /// `record.revoked`: an edit or a deletion has taken its ground.
    RecordRevoked(Revoked),
    /// `goal.achieved`.
    GoalAchieved(Stretch),
    /// `goal.revoked`: it had been achieved, and something was taken away.
    GoalRevoked(Stretch),
    /// `goal.missed`: its time is over.
    GoalMissed(Stretch),
    /// `streak`: how much is in a row has changed.
    Streak(InARow),
    /// `changed`: that was all, until this moment. Also after changes of which there is nothing to tell.
    Changed(Until),
    /// `snapshot`: what was told before is not enough to know what there is at this moment; what comes from here on is.
    Snapshot(Until),
    /// `end`: the client may listen no longer.
    End(Ended),
}

/// A workout that is gone.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Gone {
    /// The workout.
    workout_id: WorkoutId,
}

/// A record that stands no longer.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Revoked {
    /// The one that is gone.
    record: Record,
    /// The one that stands now, if any does.
    stands: Option<Record>,
}

/// A goal, and the stretch of days that it is about.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Stretch {
    /// The goal.
    goal_id: GoalId,
    /// The first day of the stretch.
    #[schemars(extend("format" = "date"))]
    first_day: String,
    /// The last one; `null` where there is no end.
    #[schemars(extend("format" = "date"))]
    last_day: Option<String>,
    /// What was wanted.
    target: i64,
    /// What there was.
    value: i64,
    /// The workout that reached it.
    workout_id: Option<WorkoutId>,
}

/// What is in a row.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct InARow {
    /// Days until today or yesterday.
    days: u32,
    /// The most there ever were.
    longest_days: u32,
    /// Weeks until this one or the last one.
    weeks: u32,
    /// The most there ever were.
    longest_weeks: u32,
}

/// Until when everything is told.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Until {
    /// The moment.
    as_of: AsOf,
}

/// Why a stream is over.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Ended {
    /// The code of the problem that a request would be answered with.
    code: &'static str,
}

impl News {
    pub(crate) const NAMES: [&'static str; 12] = [
        "workout.performed",
        "workout.edited",
        "workout.deleted",
        "record.set",
        "record.revoked",
        "goal.achieved",
        "goal.revoked",
        "goal.missed",
        "streak",
        "changed",
        "snapshot",
        "end",
    ];

    pub(super) fn name(&self) -> &'static str {
        Self::NAMES[match self {
            Self::Performed(_) => 0,
            Self::Edited(_) => 1,
            Self::Deleted(_) => 2,
            Self::RecordSet(_) => 3,
            Self::RecordRevoked(_) => 4,
            Self::GoalAchieved(_) => 5,
            Self::GoalRevoked(_) => 6,
            Self::GoalMissed(_) => 7,
            Self::Streak(_) => 8,
            Self::Changed(_) => 9,
            Self::Snapshot(_) => 10,
            Self::End(_) => 11,
        }]
    }

    pub(super) fn changed(state: &State) -> Self {
        Self::Changed(Until { as_of: state.as_of.into() })
    }

    pub(super) fn end(code: Code) -> Self {
        Self::End(Ended { code: code.as_str() })
    }

    pub(super) fn snapshot(as_of: stats_store::AsOf) -> Self {
        Self::Snapshot(Until { as_of: as_of.into() })
    }
}

/// What has happened between two moments, always in the same order. `workouts` are those of the later one.
pub(super) fn between(before: &State, after: &State, workouts: &[Performed]) -> Vec<News> {
    let mut news = Vec::new();
    // From the first one to the last.
    for workout in workouts.iter().rev() {
        match before.workouts.get(&workout.workout_id) {
            None => news.push(News::Performed(workout.into())),
            Some(revision) if *revision != workout.revision => news.push(News::Edited(workout.into())),
            Some(_) => {}
        }
    }
    let gone = before.workouts.keys().filter(|workout| !after.workouts.contains_key(workout));
    news.extend(gone.map(|workout| News::Deleted(Gone { workout_id: *workout })));
    records(before, after, &mut news);
    outcomes(before, after, &mut news);
    let streaks = [&before.streaks, &after.streaks].map(InARow::of);
    let [was, is] = streaks.map(|streak| (streak.days, streak.longest_days, streak.weeks, streak.longest_weeks));
    if was != is {
        news.push(News::Streak(InARow::of(&after.streaks)));
    }
    news
}

fn records(before: &State, after: &State, news: &mut Vec<News>) {
    for (key, was) in &before.records {
        let is = after.records.get(key);
        if is.is_none_or(|is| is_better(was, is)) {
            let (record, stands) = (was.clone().into(), is.cloned().map(Record::from));
            news.push(News::RecordRevoked(Revoked { record, stands }));
        }
    }
    for (key, is) in &after.records {
        if before.records.get(key).is_none_or(|was| is_better(is, was)) {
            news.push(News::RecordSet(is.clone().into()));
        }
    }
}

/// Of help, less is better.
fn is_better(one: &stats_store::Record, than: &stats_store::Record) -> bool {
    if one.kind == RecordKind::LeastAssistanceG { one.value < than.value } else { one.value > than.value }
}

fn outcomes(before: &State, after: &State, news: &mut Vec<News>) {
    for (key, was) in &before.outcomes {
        if was.achieved && after.outcomes.get(key).is_none_or(|is| !is.achieved) {
            news.push(News::GoalRevoked(was.into()));
        }
    }
    for (key, is) in &after.outcomes {
        match before.outcomes.get(key) {
            Some(was) if was.achieved == is.achieved => {}
            _ if is.achieved => news.push(News::GoalAchieved(is.into())),
            _ => news.push(News::GoalMissed(is.into())),
        }
    }
}

impl From<&Outcome> for Stretch {
    fn from(outcome: &Outcome) -> Self {
        Self {
            goal_id: outcome.goal_id,
            first_day: outcome.days.first.to_string(),
            last_day: (outcome.days.last < stats_store::Day::MAX).then(|| outcome.days.last.to_string()),
            target: outcome.target,
            value: outcome.value,
            workout_id: outcome.workout_id,
        }
    }
}

impl InARow {
    fn of(streaks: &Streaks) -> Self {
        let length = |streak: Streak| streak.length;
        Self {
            days: length(streaks.days),
            longest_days: length(streaks.longest_days),
            weeks: length(streaks.weeks),
            longest_weeks: length(streaks.longest_weeks),
        }
    }
}
