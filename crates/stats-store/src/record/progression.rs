//! What was the best, step by step.

use serde::{Deserialize, Serialize};
use workout_events::WorkoutId;
use workout_events::types::record::RecordKind;

use super::mark::is_better;

/// A step: something that was better than all before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Step {
    pub(crate) started_us: i64,
    pub(crate) workout_id: WorkoutId,
    pub(crate) day: i64,
    pub(crate) value: i64,
    pub(crate) previous: Option<i64>,
}

/// The records of one kind, by the time of their workouts; each is better than the one before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Progression {
    kind: RecordKind,
    steps: Vec<Step>,
}

/// Between which workouts something may have been hidden by a record that is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Gap {
    pub(super) from_us: i64,
    /// The next record; nothing if it was the last one.
    pub(super) to_us: Option<i64>,
}

impl Step {
    fn place(&self) -> (i64, WorkoutId) {
        (self.started_us, self.workout_id)
    }
}

impl Progression {
    pub(super) fn new(kind: RecordKind) -> Self {
        Self { kind, steps: Vec::new() }
    }

    pub(super) fn steps(&self) -> &[Step] {
        &self.steps
    }

    pub(super) fn last(&self) -> Option<&Step> {
        self.steps.last()
    }

    /// A step that was kept, after those that are here.
    pub(super) fn push(&mut self, step: Step) {
        self.steps.push(step);
    }

    /// Takes a workout into account. In whatever order workouts come, and however often, the end is the same: who equals a
    /// record does not take it, and who comes late takes its place among the others.
    pub(super) fn add(&mut self, mut step: Step) {
        let at = self.steps.partition_point(|other| other.place() < step.place());
        let before = at.checked_sub(1).map(|before| self.steps[before].value);
        if before.is_some_and(|before| !is_better(self.kind, step.value, before))
            || self.steps.get(at).is_some_and(|other| other.place() == step.place() && other.value == step.value)
        {
            return;
        }
        let rest = &self.steps[at..];
        let outdone = rest.iter().take_while(|later| !is_better(self.kind, later.value, step.value)).count();
        step.previous = before;
        let value = step.value;
        self.steps.splice(at..at + outdone, [step]);
        if let Some(next) = self.steps.get_mut(at + 1) {
            next.previous = Some(value);
        }
    }

    /// Takes a workout away. What it had hidden has to be added again.
    pub(super) fn remove(&mut self, workout_id: WorkoutId) -> Option<Gap> {
        let at = self.steps.iter().position(|step| step.workout_id == workout_id)?;
        let gone = self.steps.remove(at);
        let next = self.steps.get_mut(at);
        let gap = Gap { from_us: gone.started_us, to_us: next.as_ref().map(|next| next.started_us) };
        if let Some(next) = next {
            next.previous = gone.previous;
        }
        Some(gap)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn id(number: u64) -> WorkoutId {
        WorkoutId::new(uuid::Uuid::from_u64_pair(1, number)).expect("not nil")
    }

    fn step(at: i64, value: i64) -> Step {
        Step { started_us: at, workout_id: id(at.unsigned_abs()), day: 0, value, previous: None }
    }

    /// What was better than all before it.
    fn plain(kind: RecordKind, steps: &[Step]) -> Vec<Step> {
        let mut all = steps.to_vec();
        all.sort_by_key(Step::place);
        let mut best = None;
        let mut records = Vec::new();
        for mut step in all {
            if best.is_none_or(|best| is_better(kind, step.value, best)) {
                step.previous = best;
                best = Some(step.value);
                records.push(step);
            }
        }
        records
    }

    proptest! {
        #[test]
        fn records_do_not_depend_on_the_order_in_which_workouts_come(
            values in prop::collection::vec(0..6_i64, 1..12),
            order in Just((0..12_usize).collect::<Vec<_>>()).prop_shuffle(),
            gone in prop::collection::vec(0..12_usize, 0..3),
            less in any::<bool>(),
        ) {
            let kind = if less { RecordKind::LeastAssistanceG } else { RecordKind::MostReps };
            let all: Vec<_> = (0..).zip(&values).map(|(at, value)| step(at / 2, *value)).collect();
            let all: Vec<_> = (0_u64..).zip(all).map(|(n, step)| Step { workout_id: id(n), ..step }).collect();
            let mut progression = Progression::new(kind);
            for at in order.iter().filter(|at| **at < all.len()) {
                progression.add(all[*at]);
                progression.add(all[*at]);
            }
            prop_assert_eq!(progression.steps(), &plain(kind, &all)[..]);
            let mut left = all;
            for at in gone.into_iter().filter(|at| *at < values.len()) {
                let id = id(at as u64);
                left.retain(|step| step.workout_id != id);
                if let Some(gap) = progression.remove(id) {
                    let hidden = left.iter().filter(|step| {
                        step.started_us >= gap.from_us && gap.to_us.is_none_or(|to| step.started_us <= to)
                    });
                    hidden.for_each(|step| progression.add(*step));
                }
                prop_assert_eq!(progression.steps(), &plain(kind, &left)[..]);
            }
        }
    }
}
