//! What facts about workouts change. It only looks at what was read, so that all stores come to the same end.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::head::{Head, head_of, ledger};
use super::recorded::Recorded;
use crate::error::StoreError;
use crate::fact::{Body, Effect, Fact, PERFORMED};
use crate::number::Counted;
use crate::person::People;
use crate::table::{LEDGER, PAST, QUARANTINE, Rows};

#[derive(Debug)]
pub(super) struct Plan<'f> {
    pub(super) effects: Vec<Effect>,
    pub(super) ledger: Rows,
    pub(super) past: Rows,
    pub(super) quarantine: Rows,
    pub(super) heads: BTreeMap<Uuid, Change<'f>>,
}

/// What counted for a workout before, and what counts after.
#[derive(Debug, Default)]
pub(super) struct Change<'f> {
    pub(super) before: Option<Head>,
    pub(super) after: Option<(Head, Option<&'f Counted>)>,
}

impl Change<'_> {
    fn rank(&self) -> (i64, i64) {
        self.now().map_or((0, 0), |head| head.rank())
    }

    fn now(&self) -> Option<Head> {
        self.after.map(|(head, _)| head).or(self.before)
    }
}

impl<'f> Plan<'f> {
    pub(super) fn new(heads: impl Iterator<Item = Head>) -> Self {
        let change = |head: Head| (head.workout_id, Change { before: Some(head), after: None });
        Self {
            effects: Vec::new(),
            ledger: Rows::new(&LEDGER),
            past: Rows::new(&PAST),
            quarantine: Rows::new(&QUARANTINE),
            heads: heads.map(change).collect(),
        }
    }

    /// Decides about the facts, one after the other.
    pub(super) fn decide(
        &mut self,
        facts: &'f [Fact],
        recorded: &mut Recorded,
        people: &People,
        now_us: i64,
    ) -> Result<(), StoreError> {
        for fact in facts {
            let Some(head) = head_of(fact) else { continue };
            let is_erased = match fact.user_id() {
                Some(user) => people.get(user.into())?.erased_us.is_some(),
                None => false,
            };
            let effect = if is_erased {
                self.bury(head);
                Effect::Erased
            } else if let Some(effect) = recorded.judge(fact) {
                if effect == Effect::Conflict && fact.is_kept_aside {
                    self.quarantine.push(aside(fact, now_us));
                }
                effect
            } else {
                recorded.remember(fact);
                self.ledger.push(ledger(fact, now_us));
                self.supersede(head, fact)
            };
            self.effects.push(effect);
        }
        Ok(())
    }

    fn supersede(&mut self, head: Head, fact: &'f Fact) -> Effect {
        let user = fact.user_id().map(Uuid::from);
        let counted = match &fact.body {
            Body::Performed(counted) => Some(&**counted),
            _ => None,
        };
        let change = self.heads.entry(head.workout_id).or_default();
        let wins = head.rank() > change.rank();
        let loser = if wins { change.now().filter(|head| head.kind == PERFORMED) } else { None };
        if wins {
            change.after = Some((head, counted));
        }
        if let Some(Head { fact_id: Some(fact_id), user_id, .. }) = loser {
            self.past.push(vec![fact_id.into(), head.workout_id.into(), user_id.into()]);
        }
        // A deletion never counts, and what is lower than what counts does not either.
        if counted.is_none() || !wins {
            self.past.push(vec![fact.identity.into(), head.workout_id.into(), user.into()]);
        }
        if wins { Effect::Applied } else { Effect::Superseded }
    }

    /// Keeps nothing of a fact but that nothing up to its revision counts: what comes later must not depend on whether the
    /// fact came before the person was erased.
    fn bury(&mut self, head: Head) {
        let gone = Head::gone(head.workout_id, head.revision, None);
        let change = self.heads.entry(head.workout_id).or_default();
        if head.rank() > change.rank() {
            let loser = change.now().filter(|head| head.kind == PERFORMED);
            change.after = Some((gone, None));
            if let Some(Head { fact_id: Some(fact_id), user_id, .. }) = loser {
                self.past.push(vec![fact_id.into(), head.workout_id.into(), user_id.into()]);
            }
        }
    }
}

/// A fact as a row of the quarantine.
pub(super) fn aside(fact: &Fact, now_us: i64) -> Vec<crate::table::Value> {
    vec![
        fact.fingerprint().into(),
        fact.identity.into(),
        Uuid::from(fact.event_id).into(),
        fact.user_id().map(Uuid::from).into(),
        fact.kind().into(),
        (&*fact.source).into(),
        fact.said_us.into(),
        now_us.into(),
        (&*fact.data).into(),
    ]
}
