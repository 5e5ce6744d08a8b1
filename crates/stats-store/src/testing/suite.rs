//! What is asked. Every question has users and workouts of its own, so the store need not be empty.

use std::sync::Arc;

use workout_events::types::goal::{GoalMetric, GoalPeriod, GoalSet};
use workout_events::{EventId, GoalId, UserId, WorkoutId};

use super::events::{deleted, event, fact, fact_with_id, performed};
use crate::Effect::{Applied, Conflict, Duplicate, Superseded};
use crate::{Effect, Fact, StatsReader, StatsWriter, Totals};

/// The store under test.
pub(super) struct Store {
    pub(super) writer: Arc<dyn StatsWriter>,
    pub(super) reader: Arc<dyn StatsReader>,
}

/// Panics unless the store keeps the contract. `reader` must see what `writer` writes.
pub async fn keeps_the_contract(writer: Arc<dyn StatsWriter>, reader: Arc<dyn StatsReader>) {
    let store = Store { writer, reader };
    store.reader.ping().await.expect("the store answers");
    store.nothing_is_known_of_a_stranger().await;
    store.calories_that_nobody_reports_are_not_zero().await;
    store.a_fact_counts_once_however_often_it_comes().await;
    store.the_highest_revision_counts_in_whatever_order().await;
    store.a_deletion_beats_the_revision_of_its_number_in_either_order().await;
    store.two_facts_of_one_identity_are_a_conflict().await;
    store.an_id_that_a_goal_has_taken_is_a_conflict().await;
    store.an_edit_may_move_a_workout_to_another_user().await;
    store.writers_at_the_same_time_lose_nothing().await;
    store.people_are_counted_by_their_own_days().await;
}

impl Store {
    pub(super) async fn write(&self, facts: &[Fact]) -> Vec<Effect> {
        self.writer.write(facts).await.expect("the store writes")
    }

    #[track_caller]
    pub(super) fn has(&self, user: UserId, want: Totals) -> impl Future<Output = ()> {
        let caller = std::panic::Location::caller();
        async move {
            let totals = self.reader.totals(user).await.expect("the store reads");
            assert_eq!(totals, want, "at {caller}");
        }
    }

    async fn nothing_is_known_of_a_stranger(&self) {
        self.has(UserId::generate(), Totals::new(0, 0, None)).await;
        assert!(self.write(&[]).await.is_empty());
    }

    async fn calories_that_nobody_reports_are_not_zero(&self) {
        let user = UserId::generate();
        let workout = || WorkoutId::generate();
        assert_eq!(self.write(&[fact(performed(workout(), user, 1_800, None))]).await, [Applied]);
        self.has(user, Totals::new(1, 1_800, None)).await;
        assert_eq!(self.write(&[fact(performed(workout(), user, 600, Some(0)))]).await, [Applied]);
        self.has(user, Totals::new(2, 2_400, Some(0))).await;
        let active = performed(workout(), user, 600, Some(250)).active_s(500);
        assert_eq!(self.write(&[fact(active)]).await, [Applied]);
        self.has(user, Totals::new(3, 2_900, Some(250))).await;
    }

    async fn a_fact_counts_once_however_often_it_comes(&self) {
        let (user, workout) = (UserId::generate(), WorkoutId::generate());
        let data = performed(workout, user, 60, Some(10));
        let one = fact(data.clone());
        let two = fact(performed(WorkoutId::generate(), user, 30, None));
        assert_eq!(self.write(&[one.clone(), two.clone(), one.clone()]).await, [Applied, Applied, Duplicate]);
        assert_eq!(self.write(&[two, one]).await, [Duplicate, Duplicate]);
        // Somebody gave the same revision of the same workout an id of his own.
        assert_eq!(self.write(&[fact_with_id(data, EventId::generate())]).await, [Duplicate]);
        self.has(user, Totals::new(2, 90, Some(10))).await;
    }

    async fn the_highest_revision_counts_in_whatever_order(&self) {
        for order in [[0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2], [2, 0, 3, 1]] {
            let (user, edited, gone) = (UserId::generate(), WorkoutId::generate(), WorkoutId::generate());
            let facts = [
                fact(performed(edited, user, 60, Some(10))),
                fact(performed(edited, user, 90, None).revision(2)),
                fact(performed(gone, user, 600, Some(100))),
                deleted(gone, 2),
            ];
            for index in order {
                let effect = self.write(&facts[index..=index]).await;
                assert!(matches!(effect[..], [Applied | Superseded]), "{effect:?}");
            }
            self.has(user, Totals::new(1, 90, None)).await;
            // A revision after the deletion brings the workout back; one with the number of the deletion does not.
            assert_eq!(self.write(&[fact(performed(gone, user, 30, None).revision(2))]).await, [Superseded]);
            self.has(user, Totals::new(1, 90, None)).await;
            assert_eq!(self.write(&[fact(performed(gone, user, 30, None).revision(3))]).await, [Applied]);
            self.has(user, Totals::new(2, 120, None)).await;
        }
    }

    async fn a_deletion_beats_the_revision_of_its_number_in_either_order(&self) {
        for order in [[0, 1, 2], [0, 2, 1]] {
            let (user, workout) = (UserId::generate(), WorkoutId::generate());
            let edit = performed(workout, user, 90, Some(10)).revision(2);
            let facts = [fact(performed(workout, user, 60, None)), fact(edit), deleted(workout, 2)];
            for index in order {
                let effect = self.write(&facts[index..=index]).await;
                assert!(matches!(effect[..], [Applied | Superseded]), "{effect:?}");
            }
            self.has(user, Totals::new(0, 0, None)).await;
        }
    }

    /// In either order.
    async fn an_id_that_a_goal_has_taken_is_a_conflict(&self) {
        for order in [[0, 1], [1, 0]] {
            let (user, goal) = (UserId::generate(), GoalId::generate());
            let workout = fact(performed(WorkoutId::generate(), user, 60, None));
            let aim = GoalSet::new(goal, user, GoalMetric::Workouts, 1, GoalPeriod::Weekly);
            let facts = [Fact::from(&event(aim, Some(workout.event_id()))), workout];
            let effects =
                [self.write(&facts[order[0]..=order[0]]).await, self.write(&facts[order[1]..=order[1]]).await];
            assert_eq!(effects, [[Applied], [Conflict]]);
        }
    }

    async fn two_facts_of_one_identity_are_a_conflict(&self) {
        let (user, workout) = (UserId::generate(), WorkoutId::generate());
        let first = fact(performed(workout, user, 60, None));
        assert_eq!(self.write(std::slice::from_ref(&first)).await, [Applied]);
        let other_data = performed(workout, user, 61, None);
        let same_revision = fact_with_id(other_data.clone(), EventId::generate());
        let same_id = fact_with_id(performed(WorkoutId::generate(), user, 60, None), first.event_id());
        let conflicts = [fact(other_data), same_revision, same_id];
        for _ in 0..2 {
            assert_eq!(self.write(&conflicts).await, [Conflict; 3]);
        }
        self.has(user, Totals::new(1, 60, None)).await;
    }

    async fn an_edit_may_move_a_workout_to_another_user(&self) {
        let (from, to, workout) = (UserId::generate(), UserId::generate(), WorkoutId::generate());
        assert_eq!(self.write(&[fact(performed(workout, from, 60, Some(5)))]).await, [Applied]);
        assert_eq!(self.write(&[fact(performed(workout, to, 60, Some(5)).revision(2))]).await, [Applied]);
        self.has(from, Totals::new(0, 0, None)).await;
        self.has(to, Totals::new(1, 60, Some(5))).await;
    }

    /// Four writers with the same facts, each in an order of its own: all but one of each fact are duplicates.
    async fn writers_at_the_same_time_lose_nothing(&self) {
        let user = UserId::generate();
        let mut facts = Vec::new();
        for second in 1..=12 {
            let workout = WorkoutId::generate();
            facts.push(fact(performed(workout, user, second, Some(1))));
            facts.push(fact(performed(workout, user, 2 * second, Some(2)).revision(2)));
        }
        let writers = (0..4).map(|turn| {
            let (writer, mut facts) = (Arc::clone(&self.writer), facts.clone());
            facts.rotate_left(turn * 5);
            tokio::spawn(async move {
                let mut new = 0;
                for batch in facts.chunks(3) {
                    let effects = writer.write(batch).await.expect("the store writes");
                    new += effects.iter().filter(|effect| **effect != Duplicate).count();
                }
                new
            })
        });
        let mut new = 0;
        for writer in writers.collect::<Vec<_>>() {
            new += writer.await.expect("the writer does not panic");
        }
        assert_eq!(new, facts.len());
        self.has(user, Totals::new(12, 2 * (1..=12).sum::<u64>(), Some(24))).await;
    }
}
