//! What a person said about a goal.

use serde::{Deserialize, Serialize};
use workout_events::types::goal::{GoalChanged, GoalMetric, GoalPeriod, GoalSet};
use workout_events::{ActivityType, Moment};

use crate::said::{At, Said, newer};

/// What is said in one event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum GoalSaid {
    Set(Measured, Wanted),
    Changed(Wanted),
    Cancelled,
}

/// What is measured, and from when on. It does not change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Measured {
    pub(crate) metric: GoalMetric,
    pub(crate) activity: Option<ActivityType>,
    pub(crate) exercise: Option<String>,
    pub(crate) starts: Option<Moment>,
}

/// What a person may change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wanted {
    target: Option<u32>,
    period: Option<GoalPeriod>,
    due: Option<Moment>,
    title: Option<String>,
}

/// Everything that was said about a goal, as far as it holds. A change that comes before the goal is kept for it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Spoken {
    pub(super) set: Option<Said<Measured>>,
    /// All of them, by the time at which they were said: a stretch that is over is judged by the target it had.
    pub(super) targets: Vec<Said<u32>>,
    pub(super) period: Option<Said<GoalPeriod>>,
    pub(super) due: Option<Said<Moment>>,
    pub(super) title: Option<Said<String>>,
    /// The first time.
    pub(super) cancelled: Option<Said<()>>,
}

impl Spoken {
    /// Takes over what was said; says whether anything else holds now.
    pub(crate) fn take(&mut self, said: &GoalSaid, at: At) -> bool {
        match said {
            GoalSaid::Set(measured, wanted) => {
                let set = newer(&mut self.set, Some(measured.clone()), at);
                self.want(wanted, at) || set
            }
            GoalSaid::Changed(wanted) => self.want(wanted, at),
            GoalSaid::Cancelled => {
                let is_first = self.cancelled.as_ref().is_none_or(|said| said.at() > (at.0, Some(at.1)));
                if is_first {
                    self.cancelled = Some(Said::new(at, ()));
                }
                is_first
            }
        }
    }

    fn want(&mut self, wanted: &Wanted, at: At) -> bool {
        if let Some(target) = wanted.target {
            self.targets.push(Said::new(at, target));
            self.targets.sort_by_key(Said::at);
        }
        let period = newer(&mut self.period, wanted.period, at);
        let due = newer(&mut self.due, wanted.due, at);
        let title = newer(&mut self.title, wanted.title.clone(), at);
        wanted.target.is_some() || period || due || title
    }
}

impl From<&GoalSet> for GoalSaid {
    fn from(data: &GoalSet) -> Self {
        let measured = Measured {
            metric: data.metric,
            activity: data.activity_type,
            exercise: data.exercise_id.clone(),
            starts: data.starts_at,
        };
        let (target, period) = (Some(data.target), Some(data.period));
        Self::Set(measured, Wanted { target, period, due: data.due_at, title: data.title.clone() })
    }
}

impl From<&GoalChanged> for GoalSaid {
    fn from(data: &GoalChanged) -> Self {
        let GoalChanged { target, period, due_at: due, title, .. } = data.clone();
        Self::Changed(Wanted { target, period, due, title })
    }
}
