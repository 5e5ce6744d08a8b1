//! Many streams, writes without a pause, and a store that takes its time.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::join_all;
use stats_http::Api;
use stats_store::{Answer, Day, Lifetime, Outcome, Performed, Record, StatsReader, StoreError, Totals, WorkoutFilter};
use workout_events::jiff::Timestamp;
use workout_events::{UserId, WorkoutId};

use super::client::{Listening, names};
use super::seen::Person;
use crate::support::Served;

/// Counts how often somebody looks. Facts are counted again without end, and if wanted there is a write in each look.
#[derive(Debug, Clone)]
struct Slow {
    person: Arc<Person>,
    reader: Arc<dyn StatsReader>,
    looks: Arc<AtomicUsize>,
    is_moving: Arc<AtomicBool>,
}

impl Slow {
    fn new() -> Self {
        let person = Arc::new(Person::new());
        let reader = person.store.reader();
        Self { person, reader, looks: Arc::default(), is_moving: Arc::default() }
    }

    async fn served(&self) -> Served {
        let live = self.person.live.clone().keep_alive_every(Duration::from_millis(20));
        Served::new(Api::new(Arc::new(self.clone())).live(live).router()).await
    }

    fn looks(&self) -> usize {
        self.looks.load(Ordering::SeqCst)
    }

    async fn write(&self) {
        self.person.write(&[self.person.run(WorkoutId::generate(), 0, 5_000, 1)]).await;
    }
}

#[async_trait]
impl StatsReader for Slow {
    async fn totals(&self, user: UserId) -> Result<Totals, StoreError> {
        self.reader.totals(user).await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.reader.ping().await
    }

    async fn lifetime(&self, user: UserId) -> Result<Answer<Lifetime>, StoreError> {
        self.reader.lifetime(user).await
    }

    async fn workouts(&self, user: UserId, filter: &WorkoutFilter) -> Result<Answer<Vec<Performed>>, StoreError> {
        self.reader.workouts(user, filter).await
    }

    async fn bests(&self, user: UserId) -> Result<Answer<Vec<Record>>, StoreError> {
        self.looks.fetch_add(1, Ordering::SeqCst);
        if self.is_moving.load(Ordering::SeqCst) {
            self.write().await;
        }
        self.reader.bests(user).await
    }

    async fn outcomes(&self, user: UserId) -> Result<Answer<Vec<Outcome>>, StoreError> {
        self.reader.outcomes(user).await
    }

    async fn active_days(&self, user: UserId) -> Result<Answer<Vec<Day>>, StoreError> {
        self.reader.active_days(user).await
    }

    async fn known_at(&self, _: UserId, _: Timestamp) -> Result<Arc<dyn StatsReader>, StoreError> {
        pending().await
    }
}

#[tokio::test]
async fn who_waits_for_a_count_that_does_not_end_gets_a_snapshot_and_holds_nobody_up() {
    let slow = Slow::new();
    let (served, user) = (slow.served().await, slow.person.user);
    let mut whole = Listening::to(&served, user, "").await;
    whole.until("snapshot").await;
    slow.write().await;
    let stale = whole.until("changed").await.pop().unwrap().id;
    slow.write().await;
    let last = whole.until("changed").await.pop().unwrap().id;

    let made_up = format!("0.{}.0.0000000000000000", Timestamp::now().as_microsecond());
    let mut back = Vec::new();
    for id in [&stale, &made_up, &stale, &made_up] {
        back.push(Listening::after(&served, user, id).await);
    }
    // Whoever has missed nothing is there at once: the line that says nothing comes behind the first look.
    let mut done = Listening::after(&served, user, &last).await;
    let text = done.text_until("\n\n:\n\n").await;
    assert!(!text.contains("event:"), "{text}");
    for back in &mut back {
        assert_eq!(names(&back.until("snapshot").await), ["snapshot"]);
    }
    slow.write().await;
    assert_eq!(done.next().await.unwrap().name, "workout.performed");
    assert_eq!(back[0].next().await.unwrap().name, "workout.performed");
}

#[tokio::test]
async fn streams_of_one_person_share_a_look() {
    let slow = Slow::new();
    let served = slow.served().await;
    let mut all = join_all((0..8).map(|_| Listening::to(&served, slow.person.user, ""))).await;
    for one in &mut all {
        one.until("snapshot").await;
    }
    let before = slow.looks();
    slow.write().await;
    for one in &mut all {
        assert_eq!(one.until("changed").await[0].name, "workout.performed");
    }
    assert!(slow.looks() - before < all.len(), "{} looks", slow.looks() - before);
}

#[tokio::test]
async fn writes_without_a_pause_are_told_as_snapshots_and_are_not_looked_at_without_one() {
    let slow = Slow::new();
    let served = slow.served().await;
    slow.is_moving.store(true, Ordering::SeqCst);
    let mut listening = Listening::to(&served, slow.person.user, "").await;
    let first = listening.next().await.unwrap();
    // Nobody could go on from there.
    assert_eq!((first.name.as_str(), first.id.as_str()), ("snapshot", ""));
    let looks = slow.looks();
    assert!(looks <= 10, "{looks} looks");
    slow.is_moving.store(false, Ordering::SeqCst);
    let settled = loop {
        let event = listening.next().await.unwrap();
        if !event.id.is_empty() {
            break event;
        }
    };
    assert_eq!(settled.name, "snapshot");
    slow.write().await;
    assert_eq!(listening.next().await.unwrap().name, "workout.performed");
}
