//! From a queue into a store.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use stats_store::{Effect, Fact, Ingest, StatsStore, StatsWriter, StoreError, Totals, ingest};
use tokio::sync::oneshot;
use tokio::time::{sleep, timeout};
use workout_broker::in_process::Server;
use workout_consumer::{Broker, Consumer, Report, Retries};
use workout_events::amqp::Message;
use workout_events::jiff::{SignedDuration, Timestamp, tz::TimeZone};
use workout_events::{ActivityType, Event, Source, UserId, WorkoutDeleted, WorkoutId, WorkoutPerformed};

const QUEUE: &str = "stats.workouts";

fn performed(user: UserId, workout: WorkoutId, revision: u32, minutes: i64) -> Message {
    let ended = Timestamp::now().to_zoned(TimeZone::UTC);
    let started = &ended - SignedDuration::from_mins(minutes);
    let source = Source::new("tests");
    let data = WorkoutPerformed::new(workout, user, source, ActivityType::Rowing, &started, &ended).revision(revision);
    Message::of(&Event::new("/tests", data).unwrap()).unwrap()
}

fn deleted(workout: WorkoutId, revision: u32) -> Message {
    Message::of(&Event::new("/tests", WorkoutDeleted::new(workout, revision)).unwrap()).unwrap()
}

async fn publish(broker: &Broker, messages: &[Message]) {
    for message in messages {
        assert!(broker.publish(message.clone()).await.unwrap().is_confirmed());
    }
}

/// Runs the consumer until the queue is empty and everything in it is settled.
async fn run(server: &Server, consumer: Consumer, messages: &[Message]) -> Report {
    let broker = server.connect();
    broker.declare(&consumer.queue()).await.unwrap();
    publish(&broker, messages).await;
    let (stop, stopped) = oneshot::channel::<()>();
    let running = tokio::spawn(consumer.run(broker, async { stopped.await.unwrap_or_default() }));
    timeout(Duration::from_hours(1), async {
        while server.waiting(QUEUE) != Some(0) || server.unsettled(QUEUE) != 0 {
            sleep(Duration::from_millis(10)).await;
        }
    })
    .await
    .unwrap();
    drop(stop);
    running.await.unwrap().unwrap()
}

#[tokio::test(start_paused = true)]
async fn whatever_comes_twice_late_or_edited_counts_as_it_should() {
    let store = StatsStore::memory();
    let (user, kept, edited, gone) =
        (UserId::generate(), WorkoutId::generate(), WorkoutId::generate(), WorkoutId::generate());
    let history = [
        performed(user, edited, 2, 90),
        performed(user, kept, 1, 30),
        deleted(gone, 1),
        performed(user, edited, 1, 60),
        performed(user, gone, 1, 45),
    ];
    let messages: Vec<_> = history.iter().cycle().take(history.len() * 50).cloned().collect();
    let told: Arc<Mutex<Vec<Effect>>> = Arc::default();
    let tells = Arc::clone(&told);
    let handler =
        Ingest::into(store.writer()).size(7).tell(move |_, effect| tells.lock().unwrap().push(effect)).handler();
    let report = run(&Server::new(), Consumer::new(QUEUE).batch(handler), &messages).await;
    assert_eq!((report.handled, report.dead, report.left), (250, 0, 0));
    assert_eq!(store.reader().totals(user).await.unwrap(), Totals::new(2, 120 * 60, None));
    let told = told.lock().unwrap();
    let count = |effect| told.iter().filter(|told| **told == effect).count();
    assert_eq!((told.len(), count(Effect::Duplicate), count(Effect::Conflict)), (250, 245, 0));
}

/// A store that cannot write what is about one workout.
#[derive(Debug)]
struct Refusing(Arc<dyn StatsWriter>, WorkoutId);

#[async_trait]
impl StatsWriter for Refusing {
    async fn write(&self, facts: &[Fact]) -> Result<Vec<Effect>, StoreError> {
        if facts.iter().any(|fact| fact.workout_id() == Some(self.1)) {
            return Err(StoreError::other("value out of range"));
        }
        self.0.write(facts).await
    }
}

#[tokio::test(start_paused = true)]
async fn a_fact_that_cannot_be_written_is_a_dead_letter_and_its_neighbours_count() {
    let (server, store) = (Server::new(), StatsStore::memory());
    let (user, poison) = (UserId::generate(), WorkoutId::generate());
    let mut messages: Vec<_> = (0..100).map(|_| performed(user, WorkoutId::generate(), 1, 10)).collect();
    messages[42] = performed(user, poison, 1, 10);
    let consumer = ingest(Consumer::new(QUEUE), Arc::new(Refusing(store.writer(), poison)));
    let report = run(&server, consumer.retries(Retries::none()), &messages).await;
    assert_eq!((report.handled, report.dead), (99, 1));
    assert_eq!(server.waiting("stats.workouts.dead"), Some(1));
    assert_eq!(store.reader().totals(user).await.unwrap(), Totals::new(99, 99 * 600, None));
}
