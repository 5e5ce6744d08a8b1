//! The fact that counts for a workout.

use uuid::Uuid;

use crate::error::StoreError;
use crate::fact::{Body, DELETED, Fact};
use crate::number::{Counted, Day};
use crate::table::{Cells, Value};

/// What is known of a workout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) workout_id: Uuid,
    pub(crate) revision: i64,
    pub(crate) kind: i64,
    /// Nothing where it was of a person who was erased.
    pub(crate) fact_id: Option<Uuid>,
    /// Nothing where no workout counts.
    pub(crate) user_id: Option<Uuid>,
}

impl Head {
    /// The order is total, so the last one standing does not depend on who came first: the higher revision, and of a
    /// deletion and a revision with the same number the deletion.
    pub(crate) fn rank(&self) -> (i64, i64) {
        (self.revision, self.kind)
    }

    /// Nothing counts for this workout any more, and nothing up to this revision ever will.
    pub(crate) fn gone(workout_id: Uuid, revision: i64, fact_id: Option<Uuid>) -> Self {
        Self { workout_id, revision, kind: DELETED, fact_id, user_id: None }
    }

    pub(crate) fn from_row(row: Vec<Value>) -> Result<Self, StoreError> {
        let mut cells = Cells::new(row);
        Ok(Self {
            workout_id: cells.id()?,
            revision: cells.int()?,
            kind: cells.int()?,
            fact_id: cells.maybe_id()?,
            user_id: cells.maybe_id()?,
        })
    }

    /// With what a list shows of it.
    pub(crate) fn into_row(self, counted: Option<(&Counted, Day)>) -> Vec<Value> {
        let own: [Value; 5] =
            [self.workout_id.into(), self.revision.into(), self.kind.into(), self.fact_id.into(), self.user_id.into()];
        let shown: [Value; 8] = match counted {
            None => [const { Value::Null }; 8],
            Some((counted, day)) => [
                counted.started_us.into(),
                day.number().into(),
                counted.activity.as_str().into(),
                counted.tally.duration_s.into(),
                counted.tally.energy().into(),
                counted.tally.distance().into(),
                counted.tally.elevation_gain().into(),
                counted.tally.volume().into(),
            ],
        };
        let sets = counted.map(|(counted, _)| counted.tally.sets).into();
        own.into_iter().chain(shown).chain([sets]).collect()
    }
}

/// The head that a fact about a workout would be.
pub(super) fn head_of(fact: &Fact) -> Option<Head> {
    let (workout_id, revision, user_id) = match &fact.body {
        Body::Performed(counted) => (counted.workout_id, counted.revision, Some(counted.user_id.into())),
        Body::Deleted { workout_id, revision, .. } => (*workout_id, *revision, None),
        Body::Wished { .. } | Body::Goal { .. } | Body::Erased { .. } => return None,
    };
    let (workout_id, kind) = (workout_id.into(), fact.kind());
    Some(Head { workout_id, revision: revision.into(), kind, fact_id: Some(fact.identity), user_id })
}

/// A fact as a row of the ledger.
pub(super) fn ledger(fact: &Fact, now_us: i64) -> Vec<Value> {
    vec![
        fact.identity.into(),
        fact.foreign_id().into(),
        fact.kind().into(),
        (&*fact.source).into(),
        fact.said_us.into(),
        now_us.into(),
        (&*fact.data).into(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::PERFORMED;

    #[test]
    fn of_two_facts_with_one_number_the_deletion_counts() {
        let head = |revision, kind| Head { workout_id: Uuid::nil(), revision, kind, fact_id: None, user_id: None };
        let in_order = [head(1, PERFORMED), head(1, DELETED), head(2, PERFORMED), head(2, DELETED)];
        assert!(in_order.windows(2).all(|pair| pair[0].rank() < pair[1].rank()));
    }
}
