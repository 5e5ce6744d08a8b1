//! What the broker does not take in time goes somewhere else.

use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use tokio::time::Instant;
use workout_broker::Queue;
use workout_broker::in_process::{Fate, Server};
use workout_events::types::user::UserErased;
use workout_events::{Event, EventId, UserId};
use workout_publisher::{Keeping, Kept, Outcome, Publisher, PublisherBuilder, Spill};

const QUEUE: &str = "spill";
const AFTER: Duration = Duration::from_secs(1);

/// Keeps what it is given, unless it is told not to.
#[derive(Debug, Default, Clone)]
struct Bucket {
    kept: Arc<Mutex<Vec<(EventId, String)>>>,
    leaks: bool,
}

impl Spill for Bucket {
    fn keep(&self, event: Kept) -> Keeping<'_> {
        Box::pin(async move {
            if self.leaks {
                return Err("it leaks".into());
            }
            self.kept.lock().unwrap().push((event.id, event.subject));
            Ok(())
        })
    }
}

impl Bucket {
    fn ids(&self) -> Vec<EventId> {
        self.kept.lock().unwrap().iter().map(|(id, _)| *id).collect()
    }
}

async fn publisher(bucket: &Bucket, change: impl FnOnce(PublisherBuilder) -> PublisherBuilder) -> (Server, Publisher) {
    let server = Server::new();
    let broker = server.connect();
    broker.declare(&Queue::new(QUEUE).bind_type::<UserErased>()).await.unwrap();
    let builder = Publisher::builder(broker).lanes(1).deadline(Duration::from_secs(10)).spill(bucket.clone(), AFTER);
    (server, change(builder).start())
}

fn event() -> Event<UserErased> {
    Event::new("/tests", UserErased::new(UserId::generate())).unwrap()
}

#[tokio::test(start_paused = true)]
async fn what_could_not_be_written_in_time_is_kept_and_not_published() {
    let bucket = Bucket::default();
    let (server, publisher) = publisher(&bucket, |builder| builder).await;
    assert_eq!(publisher.publish(&event()).await.unwrap(), Outcome::Confirmed);
    server.lose_publishing();
    let (event, start) = (event(), Instant::now());
    assert_eq!(publisher.publish(&event).await.unwrap(), Outcome::Spilled);
    assert!(start.elapsed() < AFTER + Duration::from_millis(10), "{:?}", start.elapsed());
    assert_eq!(*bucket.kept.lock().unwrap(), [(event.id(), event.subject().to_owned())]);
    server.restore_publishing();
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert_eq!(server.waiting(QUEUE), Some(1));
}

#[tokio::test(start_paused = true)]
async fn what_has_no_answer_until_its_deadline_is_kept() {
    let bucket = Bucket::default();
    let (server, publisher) = publisher(&bucket, |builder| builder.deadline(Duration::from_secs(3))).await;
    server.hold_confirms();
    let (event, start) = (event(), Instant::now());
    assert_eq!(publisher.publish(&event).await.unwrap(), Outcome::Spilled);
    assert_eq!((start.elapsed(), bucket.ids()), (Duration::from_secs(3), vec![event.id()]));
}

#[tokio::test(start_paused = true)]
async fn what_finds_no_place_or_an_open_breaker_is_kept_at_once() {
    let bucket = Bucket::default();
    let (server, publisher) =
        publisher(&bucket, |builder| builder.capacity(1).breaker(1, AFTER).breaker_rest(Duration::from_mins(1))).await;
    server.hold_confirms();
    let (first, second, third) = (event(), event(), event());
    let start = Instant::now();
    let (one, two) = tokio::join!(publisher.publish(&first), async {
        tokio::task::yield_now().await;
        let outcome = publisher.publish(&second).await;
        assert_eq!((start.elapsed(), bucket.ids()), (Duration::ZERO, vec![second.id()]));
        server.release_confirms();
        outcome
    });
    assert_eq!((one.unwrap(), two.unwrap()), (Outcome::Confirmed, Outcome::Spilled));

    server.script([Fate::Nacked; 1000]);
    let late = publisher.publish(&first).await.unwrap();
    assert_eq!(late, Outcome::Spilled);
    let start = Instant::now();
    assert_eq!(publisher.publish(&third).await.unwrap(), Outcome::Spilled);
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn what_nobody_wants_is_not_kept_and_a_spill_that_fails_changes_nothing() {
    let bucket = Bucket::default();
    let (server, publisher) = publisher(&bucket, |builder| builder).await;
    server.script([Fate::Returned]);
    assert_eq!(publisher.publish(&event()).await.unwrap(), Outcome::Returned);
    assert!(bucket.ids().is_empty());

    let bucket = Bucket { leaks: true, ..Bucket::default() };
    let (server, publisher) = self::publisher(&bucket, |builder| builder).await;
    server.lose_publishing();
    assert!(publisher.publish(&event()).await.unwrap_err().is_withdrawn());
}

#[tokio::test(start_paused = true)]
async fn a_stream_spills_as_well_and_keeps_its_order() {
    let bucket = Bucket::default();
    let (server, publisher) = publisher(&bucket, |builder| builder.capacity(10).window(5)).await;
    server.hold_confirms();
    let events: Vec<_> = (0..50).map(|_| event()).collect();
    let ids: Vec<_> = events.iter().map(Event::id).collect();
    let (outcomes, ()) = tokio::join!(publisher.publish_all(stream::iter(events)).collect::<Vec<_>>(), async {
        // The first have been written, and have no answer until their deadline.
        tokio::time::sleep(Duration::from_secs(12)).await;
        server.release_confirms();
    });
    assert_eq!(outcomes.iter().map(|(id, _)| *id).collect::<Vec<_>>(), ids);
    let confirmed = outcomes.iter().filter(|(_, outcome)| *outcome.as_ref().unwrap() == Outcome::Confirmed).count();
    let spilled = outcomes.iter().filter(|(_, outcome)| *outcome.as_ref().unwrap() == Outcome::Spilled).count();
    assert_eq!((confirmed + spilled, bucket.ids().len()), (50, spilled));
    assert!(confirmed >= 5 && spilled >= 10, "{confirmed} {spilled}");
    assert!(server.waiting(QUEUE).unwrap() >= confirmed);
}

#[tokio::test(start_paused = true)]
async fn a_stream_also_spills_behind_an_event_that_waits_for_its_answer() {
    let bucket = Bucket::default();
    let (server, publisher) = publisher(&bucket, |builder| builder.window(1)).await;
    server.hold_confirms();
    let (first, second) = (event(), event());
    let ids = [first.id(), second.id()];
    let outcomes = publisher.publish_all(stream::iter([first, second]));
    let (outcomes, ()) = tokio::join!(outcomes.collect::<Vec<_>>(), async {
        tokio::time::sleep(2 * AFTER).await;
        assert_eq!(bucket.ids(), ids[1..]);
    });
    assert_eq!(outcomes.iter().map(|(id, _)| *id).collect::<Vec<_>>(), ids);
    assert!(outcomes.iter().all(|(_, outcome)| *outcome.as_ref().unwrap() == Outcome::Spilled));
}

#[tokio::test(start_paused = true)]
async fn the_oldest_of_a_stream_is_given_up_at_its_deadline() {
    let bucket = Bucket::default();
    let (server, publisher) = publisher(&bucket, |builder| builder.confirm_limit(Duration::from_mins(1))).await;
    server.hold_confirms();
    let start = Instant::now();
    let events = stream::iter([Duration::ZERO, 9 * AFTER]).then(|pause| async move {
        tokio::time::sleep(pause).await;
        event()
    });
    let mut outcomes = std::pin::pin!(publisher.publish_all(events));
    let (_, first) = outcomes.next().await.unwrap();
    assert_eq!((first.unwrap(), start.elapsed()), (Outcome::Spilled, Duration::from_secs(10)));
}

/// What is spilled is published by the relay of the outbox, once and under its id.
#[cfg(feature = "sqlite")]
#[tokio::test(flavor = "multi_thread")]
async fn the_relay_publishes_what_was_spilled_into_its_outbox() {
    use workout_publisher::outbox::{Relay, SqliteOutbox};

    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}?mode=rwc", folder.path().join("outbox.db").display());
    let outbox = SqliteOutbox::new(sqlx::SqlitePool::connect(&url).await.unwrap());
    outbox.migrate().await.unwrap();
    let server = Server::new();
    let broker = server.connect();
    broker.declare(&Queue::new(QUEUE).bind_type::<UserErased>()).await.unwrap();
    let publisher = Publisher::builder(broker.clone()).spill(outbox.clone(), Duration::from_millis(10)).start();
    server.lose_publishing();
    for _ in 0..20 {
        assert_eq!(publisher.publish(&event()).await.unwrap(), Outcome::Spilled);
    }
    assert_eq!((server.waiting(QUEUE), outbox.lag().await.unwrap().events), (Some(0), 20));
    server.restore_publishing();
    let arrived = async {
        while server.waiting(QUEUE) < Some(20) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let relay = Relay::new(outbox.clone(), &broker).run(arrived);
    let _report = tokio::time::timeout(Duration::from_secs(20), relay).await.unwrap().unwrap();
    assert_eq!((server.waiting(QUEUE), outbox.lag().await.unwrap().events), (Some(20), 0));
}
