//! A new service, filled from what happened before it was there.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::{Instant, sleep};
use workout_broker::Topology;
use workout_broker::in_process::Server;
use workout_consumer::{Broker, Consumer, Context, Failure, Report, Start};
use workout_events::types::user::UserErased;
use workout_events::{Event, UserId, WorkoutDeleted, jiff};

use crate::support::{QUEUE, dead_letters, deleted, publish, publish_many, publish_message, same, server, soon};

type Seen = Arc<Mutex<Vec<u32>>>;

async fn with_history() -> (Server, Broker) {
    let (server, broker) = server();
    broker.apply(&Topology::new().history(Duration::from_hours(24))).await.unwrap();
    (server, broker)
}

fn consumer(seen: &Seen) -> Consumer<Seen> {
    Consumer::with_state(QUEUE, Arc::clone(seen)).on(async |event: Event<WorkoutDeleted>, context: Context<Seen>| {
        let revision = event.data().revision;
        if revision == 13 && context.attempt() < 9 {
            return Err(Failure::reject("unlucky"));
        }
        context.state().lock().unwrap().push(revision);
        Ok(())
    })
}

async fn catch_up(broker: &Broker, consumer: Consumer<Seen>, start: Start) -> Report {
    soon(consumer.catch_up(broker.clone(), start, std::future::pending())).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn all_that_happened_is_handled_and_what_happens_meanwhile_waits() {
    let (server, broker) = with_history().await;
    publish_many(&broker, 10).await;
    // Somebody else's business.
    let erased = Event::new("/tests", UserErased::new(UserId::generate())).unwrap();
    publish_message(&broker, workout_events::amqp::Message::of(&erased).unwrap()).await;
    publish(&broker, &deleted(11)).await;
    let seen = Seen::default();
    let report = catch_up(&broker, consumer(&seen), Start::First).await;
    assert_eq!((report.handled, report.parked, report.left), (11, 0, 0));
    assert_eq!(*seen.lock().unwrap(), (1..=11).collect::<Vec<_>>());
    publish(&broker, &deleted(12)).await;
    assert_eq!(server.waiting(QUEUE), Some(1));
}

#[tokio::test(start_paused = true)]
async fn a_part_of_the_history_is_read_from_a_place_in_it() {
    let (_server, broker) = with_history().await;
    publish_many(&broker, 10).await;
    let seen = Seen::default();
    assert_eq!(catch_up(&broker, consumer(&seen), Start::Offset(7)).await.handled, 3);
    assert_eq!(*seen.lock().unwrap(), [8, 9, 10]);
}

#[tokio::test(start_paused = true)]
async fn a_history_without_anything_for_us_ends_at_once() {
    let (_server, broker) = with_history().await;
    let seen = Seen::default();
    assert_eq!(catch_up(&broker, consumer(&seen), Start::First).await, Report::default());
    publish_many(&broker, 3).await;
    for start in [Start::Next, Start::Offset(3), Start::Time(jiff::Timestamp::now() + Duration::from_hours(1))] {
        assert_eq!(catch_up(&broker, consumer(&seen), start).await.handled, 0, "{start:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_handled_of_a_history_is_a_dead_letter_of_the_queue() {
    let (server, broker) = with_history().await;
    publish_many(&broker, 20).await;
    let seen = Seen::default();
    let report = catch_up(&broker, consumer(&seen), Start::First).await;
    assert_eq!((report.handled, report.dead), (19, 1));
    let dead = dead_letters(&server).await;
    assert_eq!((&*dead[0].reason, &*dead[0].error), ("rejected", "unlucky"));
}

#[tokio::test(start_paused = true)]
async fn a_broker_without_a_history_says_so() {
    let (_server, broker) = server();
    let error = consumer(&Seen::default()).catch_up(broker, Start::First, std::future::pending()).await.unwrap_err();
    assert!(!error.is_transient(), "{error:?}");
}

/// What is published between a look at the history and the first run is in one of them.
#[tokio::test(start_paused = true)]
async fn a_history_without_anything_for_us_leaves_a_queue_that_hears_what_comes() {
    let (server, broker) = with_history().await;
    let seen = Seen::default();
    catch_up(&broker, consumer(&seen), Start::First).await;
    publish(&broker, &deleted(1)).await;
    assert_eq!(server.waiting(QUEUE), Some(1));
}

/// Nothing of a history comes again.
#[tokio::test(start_paused = true)]
async fn an_outage_of_hours_leaves_nothing_of_a_history_out() {
    let (_server, broker) = with_history().await;
    publish_many(&broker, 10).await;
    let seen = Seen::default();
    let back = Instant::now() + Duration::from_hours(1);
    let consumer = Consumer::with_state(QUEUE, Arc::clone(&seen)).concurrency(3).on(
        move |event: Event<WorkoutDeleted>, context: Context<Seen>| async move {
            if Instant::now() < back {
                return Err(Failure::unavailable("connection refused"));
            }
            context.state().lock().unwrap().push(event.data().revision);
            Ok(())
        },
    );
    let report = catch_up(&broker, consumer, Start::First).await;
    assert_eq!((report.handled, report.left), (10, 0));
    same(seen.lock().unwrap().clone(), (1..=10).collect());
}

/// As long as its handlers may take, and no shorter because it is the last one.
#[tokio::test(start_paused = true)]
async fn the_last_event_of_a_history_has_as_much_time_as_any_other() {
    let (_server, broker) = with_history().await;
    publish_many(&broker, 5).await;
    let seen = Seen::default();
    let consumer = Consumer::with_state(QUEUE, Arc::clone(&seen)).drain(Duration::from_secs(1)).on(
        async |event: Event<WorkoutDeleted>, context: Context<Seen>| {
            sleep(Duration::from_secs(30)).await;
            context.state().lock().unwrap().push(event.data().revision);
        },
    );
    let report = catch_up(&broker, consumer, Start::First).await;
    assert_eq!((report.handled, report.left), (5, 0));
}

/// Silence is no end while nothing could be said.
#[tokio::test(start_paused = true)]
async fn a_link_that_is_lost_is_no_end_of_a_history() {
    let (server, broker) = with_history().await;
    publish_many(&broker, 5).await;
    let seen = Seen::default();
    server.latency(Duration::from_secs(1));
    let start = Start::Time(jiff::Timestamp::now() - Duration::from_hours(1));
    let (catching, losing) = (catch_up(&broker, consumer(&seen), start), async {
        sleep(Duration::from_millis(500)).await;
        server.lose_consuming();
        sleep(Duration::from_secs(20)).await;
        server.restore_consuming();
    });
    let (report, ()) = tokio::join!(catching, losing);
    assert_eq!((report.handled, report.left), (5, 0));
}
