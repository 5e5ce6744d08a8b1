//! Somebody with a store, whose workouts set records, and a service that wakes its streams.

use std::time::Duration;

use axum::Router;
use stats_http::{Api, Live};
use stats_store::{Effect, Fact, StatsStore};
use workout_events::jiff::{Timestamp, ToSpan};
use workout_events::types::goal::{GoalMetric, GoalPeriod, GoalSet};
use workout_events::{
    ActivityType, Event, GoalId, Moment, Source, UserId, WorkoutDeleted, WorkoutId, WorkoutPerformed, ZoneName,
};

use crate::support::Served;

#[derive(Debug)]
pub(super) struct Person {
    pub(super) user: UserId,
    pub(super) store: StatsStore,
    pub(super) live: Live,
}

impl Person {
    pub(super) fn new() -> Self {
        // Whoever is not woken waits for longer than a test does.
        let live = Live::new().look_every(Duration::from_hours(1));
        Self { user: UserId::generate(), store: StatsStore::memory(), live }
    }

    pub(super) fn router(&self) -> Router {
        Api::new(self.store.reader()).live(self.live.clone()).router()
    }

    pub(super) async fn served(&self) -> Served {
        Served::new(self.router()).await
    }

    /// After the commit those who listen are woken.
    pub(super) async fn write(&self, facts: &[Fact]) {
        let effects = self.store.writer().write(facts).await.unwrap();
        assert!(effects.iter().all(|effect| *effect == Effect::Applied), "{effects:?}");
        self.live.wake(self.user);
    }

    /// A run of so many metres, on a day of March 2026.
    pub(super) fn run(&self, workout: WorkoutId, day: i64, metres: u32, revision: u32) -> Fact {
        let started: Timestamp = "2026-03-01T10:00:00Z".parse().unwrap();
        let started = started + (24 * day).hours();
        let times = (Moment::from(started), Moment::from(started + 30.minutes()));
        let ids = (workout, self.user);
        let run = WorkoutPerformed::in_zone(ids, Source::new("tests"), ActivityType::Running, times, ZoneName::utc());
        fact(run.distance_m(metres).revision(revision))
    }

    pub(super) fn gone(workout: WorkoutId, revision: u32) -> Fact {
        Fact::from(&Event::new("/tests", WorkoutDeleted::new(workout, revision)).unwrap())
    }

    /// To run once until then, said on the first of March.
    pub(super) fn goal_until(&self, last: &str) -> Fact {
        let last: Timestamp = last.parse().unwrap();
        let goal = GoalSet::new(GoalId::generate(), self.user, GoalMetric::Workouts, 1_u32, GoalPeriod::Once);
        let time: Timestamp = "2026-03-01T00:00:00Z".parse().unwrap();
        Fact::from(&Event::builder("/tests", goal.due_at(Moment::from(last))).time(time).build().unwrap())
    }

    /// To run so many metres in all.
    pub(super) fn goal(&self, metres: u32) -> Fact {
        let goal = GoalSet::new(GoalId::generate(), self.user, GoalMetric::DistanceM, metres, GoalPeriod::Yearly);
        let time: Timestamp = "2026-03-01T00:00:00Z".parse().unwrap();
        Fact::from(&Event::builder("/tests", goal).time(time).build().unwrap())
    }
}

fn fact(data: WorkoutPerformed) -> Fact {
    Fact::from(&Event::new("/tests", data).unwrap())
}
