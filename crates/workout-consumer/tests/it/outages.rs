use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use tokio::time::{Instant, sleep};
use workout_consumer::{Batch, Batches, Consumer, ConsumerState, Context, Failure, Retries};
use workout_events::{Event, WorkoutDeleted};

use crate::support::{QUEUE, publish_many, server, start, until};

const MINUTE: Duration = Duration::from_mins(1);

/// A database that is away or there.
#[derive(Clone, Default)]
struct Database {
    is_there: Arc<AtomicBool>,
    asked: Arc<AtomicU32>,
    written: Arc<AtomicU32>,
    most_attempts: Arc<AtomicU32>,
}

impl Database {
    fn write(&self, events: usize, attempt: u32) -> Result<(), Failure> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.most_attempts.fetch_max(attempt, Ordering::SeqCst);
        if self.is_there.load(Ordering::SeqCst) {
            self.written.fetch_add(u32::try_from(events).unwrap(), Ordering::SeqCst);
            Ok(())
        } else {
            Err(Failure::unavailable("connection refused"))
        }
    }

    fn written(&self) -> u32 {
        self.written.load(Ordering::SeqCst)
    }
}

fn single(database: &Database) -> Consumer<Database> {
    Consumer::with_state(QUEUE, database.clone())
        .on(async |_: Event<WorkoutDeleted>, context: Context<Database>| context.state().write(1, context.attempt()))
}

fn batch(database: &Database) -> Consumer {
    let database = database.clone();
    Consumer::new(QUEUE).batch(Batches::of(10).each(|_: Event<WorkoutDeleted>| ()).commit(move |batch: Batch<()>| {
        let database = database.clone();
        async move { batch.commit(async { database.write(batch.items().len(), 1) }).await }
    }))
}

/// One message at a time asks whether it is back, and no attempt is counted.
async fn check<S: Send + Sync + 'static>(consumer: fn(&Database) -> Consumer<S>, away: Duration, most_asked: u32) {
    let (server, broker) = server();
    let database = Database::default();
    let running = start(&broker, consumer(&database)).await;
    publish_many(&broker, 30).await;
    sleep(away).await;
    assert!(matches!(running.health.state(), ConsumerState::Paused(reason) if reason == "connection refused"));
    assert!(!running.health.is_ready());
    let asked = database.asked.load(Ordering::SeqCst);
    assert!((1..=most_asked).contains(&asked), "{asked} questions");

    let back = Instant::now();
    database.is_there.store(true, Ordering::SeqCst);
    until(|| database.written() == 30).await;
    assert!(back.elapsed() <= MINUTE * 5 + Duration::from_secs(11), "{:?}", back.elapsed());
    until(|| running.health.is_ready()).await;
    let report = running.end().await;
    assert_eq!((report.handled, report.dead, report.quarantined), (30, 0, 0), "{report:?}");
    assert_eq!(database.most_attempts.load(Ordering::SeqCst), 1, "an outage costs no attempt");
    assert_eq!(server.waiting(&format!("{QUEUE}.dead")), Some(0));
}

#[tokio::test(start_paused = true)]
async fn handlers_pause_while_the_database_is_away_and_no_attempt_is_counted() {
    check(single, MINUTE, 8 + 30).await;
}

#[tokio::test(start_paused = true)]
async fn batches_pause_too() {
    check(batch, MINUTE, 30).await;
}

/// The broker takes back what is held for more than half an hour, and counts that; twenty times are too many.
#[tokio::test(start_paused = true)]
async fn an_outage_of_days_is_survived_by_giving_the_messages_back() {
    check(single, MINUTE * 60 * 48, 100_000).await;
}

#[tokio::test(start_paused = true)]
async fn an_outage_of_days_is_survived_by_batches() {
    check(batch, MINUTE * 60 * 48, 100_000).await;
}

#[tokio::test(start_paused = true)]
async fn a_consumer_that_is_paused_ends_at_once_and_leaves_its_messages_in_the_queue() {
    let (server, broker) = server();
    let database = Database::default();
    let running = start(&broker, single(&database).concurrency(4)).await;
    publish_many(&broker, 10).await;
    until(|| matches!(running.health.state(), ConsumerState::Paused(_))).await;
    sleep(MINUTE).await;
    let begun = Instant::now();
    let report = running.end().await;
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    assert_eq!((report.handled, report.dead), (0, 0));
    until(|| server.waiting(QUEUE) == Some(10)).await;
}

/// Where there is no delay queue to let it wait in, either.
#[tokio::test(start_paused = true)]
async fn an_outage_of_days_is_survived_without_a_ladder() {
    check(|database| single(database).retries(Retries::none()), MINUTE * 60 * 48, 100_000).await;
}

/// What is read ahead of a batch is in no delay queue, and nobody waits for it.
#[tokio::test(start_paused = true)]
async fn a_consumer_of_batches_that_is_paused_ends_at_once() {
    let (server, broker) = server();
    let database = Database::default();
    database.is_there.store(true, Ordering::SeqCst);
    let (slow, asks) = (database.clone(), Batches::of(10).each(|_: Event<WorkoutDeleted>| ()));
    let handler = asks.commit(move |batch: Batch<()>| {
        let database = slow.clone();
        async move {
            sleep(Duration::from_secs(1)).await;
            batch.commit(async { database.write(batch.items().len(), 1) }).await
        }
    });
    let running = start(&broker, Consumer::new(QUEUE).batch(handler)).await;
    publish_many(&broker, 1).await;
    until(|| database.written() == 1).await;
    database.is_there.store(false, Ordering::SeqCst);
    publish_many(&broker, 15).await;
    until(|| matches!(running.health.state(), ConsumerState::Paused(_))).await;
    let begun = Instant::now();
    let report = running.end().await;
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    assert_eq!((report.handled, report.left), (1, 15), "{report:?}");
    until(|| server.waiting(QUEUE) == Some(15)).await;
}

/// An error that cannot even be written harms nobody but its message.
#[derive(Debug)]
struct Unspeakable(bool);

impl std::fmt::Display for Unspeakable {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        assert!(!self.0, "speechless");
        Err(std::fmt::Error)
    }
}

impl std::error::Error for Unspeakable {}

#[tokio::test(start_paused = true)]
async fn an_error_that_cannot_be_written_pauses_as_any_other() {
    for panics in [true, false] {
        let (_server, broker) = server();
        let (database, asked) = (Database::default(), Arc::new(AtomicU32::new(0)));
        database.is_there.store(true, Ordering::SeqCst);
        let asking = Arc::clone(&asked);
        let consumer = Consumer::with_state(QUEUE, database.clone()).on(
            move |_: Event<WorkoutDeleted>, context: Context<Database>| {
                let early = asking.fetch_add(1, Ordering::SeqCst) < 3;
                async move {
                    if early {
                        return Err(Failure::unavailable(Unspeakable(panics)));
                    }
                    context.state().write(1, context.attempt())
                }
            },
        );
        let running = start(&broker, consumer).await;
        publish_many(&broker, 1).await;
        until(|| database.written() == 1).await;
        assert_eq!(asked.load(Ordering::SeqCst), 4);
        let report = running.end().await;
        assert_eq!((report.handled, report.left), (1, 0), "{report:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_outage_lasts_from_its_beginning_whatever_its_errors_say() {
    let (_server, broker) = server();
    let asked = AtomicU32::new(0);
    let consumer = Consumer::new(QUEUE).on(move |_: Event<WorkoutDeleted>| {
        let port = 50_000 + asked.fetch_add(1, Ordering::SeqCst);
        async move { Err::<(), _>(Failure::unavailable(format!("no answer on port {port}"))) }
    });
    let running = start(&broker, consumer).await;
    publish_many(&broker, 1).await;
    sleep(MINUTE).await;
    assert!(running.health.lasts() > MINUTE / 2, "{:?}", running.health);
    running.end().await;
}
