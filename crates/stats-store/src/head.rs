//! The fact that counts for a workout, and what changes when another one does.

use std::collections::BTreeMap;

use workout_events::{UserId, WorkoutId};

use crate::fact::Fact;

/// What a workout adds to the totals of its user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counted {
    pub(crate) user_id: UserId,
    pub(crate) duration_s: i64,
    pub(crate) energy_kcal: Option<i64>,
}

/// The fact that counts for a workout. The default is that of a workout of which nothing is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Head {
    /// 0 while nothing is known.
    pub(crate) revision: u32,
    pub(crate) deleted: bool,
    pub(crate) counted: Option<Counted>,
}

/// What changes for a user: the columns of the totals, as differences.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Delta {
    pub(crate) workouts: i64,
    pub(crate) duration_s: i64,
    pub(crate) energy_kcal: i64,
    /// How many workouts report energy.
    pub(crate) energy_workouts: i64,
}

impl Head {
    /// Whether this fact counts instead. The order is total, so the last one standing does not depend on who came first.
    pub(crate) fn yields_to(&self, fact: &Fact) -> bool {
        (fact.revision, fact.is_deletion()) > (self.revision, self.deleted)
    }
}

impl From<&Fact> for Head {
    fn from(fact: &Fact) -> Self {
        Self { revision: fact.revision, deleted: fact.is_deletion(), counted: fact.counted }
    }
}

/// The changes of a transaction, by user: in the order in which their rows are then locked.
#[derive(Debug, Default)]
pub(crate) struct Deltas(BTreeMap<UserId, Delta>);

impl Deltas {
    /// An edit may even move a workout from one user to another.
    pub(crate) fn replace(&mut self, before: &Head, after: &Head) {
        for (head, sign) in [(before, -1), (after, 1)] {
            if let Some(counted) = &head.counted {
                let delta = self.0.entry(counted.user_id).or_default();
                delta.workouts += sign;
                delta.duration_s += sign * counted.duration_s;
                delta.energy_kcal += sign * counted.energy_kcal.unwrap_or_default();
                delta.energy_workouts += sign * i64::from(counted.energy_kcal.is_some());
            }
        }
    }

    /// Those that change anything.
    pub(crate) fn into_changes(self) -> impl Iterator<Item = (UserId, Delta)> {
        self.0.into_iter().filter(|(_, delta)| *delta != Delta::default())
    }
}

/// The heads of a transaction, by workout: likewise in the order of their locks.
pub(crate) type Heads = BTreeMap<WorkoutId, Head>;

#[cfg(test)]
mod tests {
    use uuid::Uuid;
    use workout_events::EventId;

    use super::*;

    fn fact(revision: u32, counted: Option<Counted>) -> Fact {
        let id = Uuid::from_u128(1);
        Fact {
            event_id: EventId::new(id).expect("not nil"),
            workout_id: WorkoutId::new(id).expect("not nil"),
            revision,
            counted,
            data: String::new(),
        }
    }

    fn counted(user: u128, energy_kcal: Option<i64>) -> Counted {
        Counted { user_id: UserId::new(Uuid::from_u128(user)).expect("not nil"), duration_s: 60, energy_kcal }
    }

    #[test]
    fn the_higher_revision_counts_and_a_deletion_breaks_the_tie() {
        #[track_caller]
        fn check(head: (u32, bool), fact_revision: u32, deletion: bool, want: bool) {
            let head = Head { revision: head.0, deleted: head.1, counted: None };
            let fact = fact(fact_revision, (!deletion).then(|| counted(1, None)));
            assert_eq!(head.yields_to(&fact), want, "{head:?} {fact:?}");
        }
        check((0, false), 1, false, true);
        check((0, false), 1, true, true);
        check((1, false), 1, false, false);
        check((1, false), 1, true, true);
        check((1, true), 1, false, false);
        check((1, true), 2, false, true);
        check((2, false), 1, true, false);
    }

    #[test]
    fn a_workout_that_moves_to_another_user_leaves_nothing_behind() {
        let mut deltas = Deltas::default();
        let before = Head::from(&fact(1, Some(counted(1, Some(5)))));
        let after = Head::from(&fact(2, Some(counted(2, None))));
        deltas.replace(&before, &after);
        let changes: Vec<_> = deltas.into_changes().map(|(_, delta)| delta).collect();
        let gone = Delta { workouts: -1, duration_s: -60, energy_kcal: -5, energy_workouts: -1 };
        let come = Delta { workouts: 1, duration_s: 60, energy_kcal: 0, energy_workouts: 0 };
        assert_eq!(changes, [gone, come]);
    }

    #[test]
    fn an_edit_that_changes_no_number_touches_no_total() {
        let mut deltas = Deltas::default();
        let (before, after) = (fact(1, Some(counted(1, None))), fact(2, Some(counted(1, None))));
        deltas.replace(&Head::from(&before), &Head::from(&after));
        assert_eq!(deltas.into_changes().count(), 0);
    }
}
