use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep};
use workout_consumer::{Consumer, ConsumerState, Context};
use workout_events::{Event, WorkoutDeleted};

use crate::support::{QUEUE, publish_many, server, start, until};

const SECOND: Duration = Duration::from_secs(1);

/// A handler that takes a second.
fn consumer() -> Consumer {
    Consumer::new(QUEUE).on(async |_: Event<WorkoutDeleted>| sleep(SECOND).await)
}

#[tokio::test(start_paused = true)]
async fn a_drain_ends_in_time_and_what_is_left_stays_in_the_queue() {
    let (server, broker) = server();
    let running = start(&broker, consumer().drain(SECOND * 10)).await;
    publish_many(&broker, 50).await;
    until(|| running.health.in_flight() == 1 && server.unsettled(QUEUE) == 50).await;
    let begun = Instant::now();
    let report = running.end().await;
    assert!((SECOND * 10..SECOND * 12).contains(&begun.elapsed()), "{:?}", begun.elapsed());
    assert!((9..=11).contains(&report.handled), "{report:?}");
    assert_eq!(server.waiting(QUEUE), Some(50 - usize::try_from(report.handled).unwrap()));
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_never_ends_does_not_keep_the_process() {
    let (server, broker) = server();
    let consumer =
        Consumer::new(QUEUE).drain(SECOND).on(async |_: Event<WorkoutDeleted>| std::future::pending::<()>().await);
    let running = start(&broker, consumer).await;
    publish_many(&broker, 1).await;
    until(|| running.health.in_flight() == 1).await;
    let begun = Instant::now();
    let report = running.end().await;
    assert!(begun.elapsed() < SECOND * 3, "{:?}", begun.elapsed());
    assert_eq!((report.handled, report.left), (0, 1));
    assert_eq!(server.waiting(QUEUE), Some(1));
}

#[tokio::test(start_paused = true)]
async fn a_consumer_ends_while_it_has_no_link() {
    let (server, broker) = server();
    let running = start(&broker, consumer()).await;
    publish_many(&broker, 1).await;
    until(|| running.health.last_settled().is_some()).await;
    server.lose_consuming();
    sleep(SECOND * 30).await;
    let begun = Instant::now();
    running.end().await;
    assert!(begun.elapsed() < SECOND * 12, "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_consumer_that_has_nothing_to_do_ends_at_once() {
    let (_server, broker) = server();
    let running = start(&broker, consumer()).await;
    let begun = Instant::now();
    assert_eq!(running.end().await.handled, 0);
    assert!(begun.elapsed() < SECOND, "{:?}", begun.elapsed());
}

/// The first message widens the subscription, and its settlement goes through the old one.
#[tokio::test(start_paused = true)]
async fn an_end_while_the_first_message_is_handled_settles_it() {
    let (server, broker) = server();
    let begun = Arc::new(Notify::new());
    let consumer = Consumer::with_state(QUEUE, Arc::clone(&begun)).on(
        async |_: Event<WorkoutDeleted>, context: Context<Arc<Notify>>| {
            context.state().notify_one();
            sleep(SECOND).await;
        },
    );
    let running = start(&broker, consumer).await;
    publish_many(&broker, 1).await;
    begun.notified().await;
    assert_eq!(running.end().await.handled, 1);
    assert_eq!((server.waiting(QUEUE), server.unsettled(QUEUE)), (Some(0), 0));
}

/// Somebody drops the future, or a panic does.
#[tokio::test(start_paused = true)]
async fn a_consumer_that_was_dropped_says_that_it_has_ended() {
    let (_server, broker) = server();
    let running = start(&broker, consumer()).await;
    let health = running.health.clone();
    assert!(health.is_ready());
    running.abort().await;
    assert_eq!(health.state(), ConsumerState::Ended);

    let refused = consumer().concurrency(0);
    let health = refused.health();
    assert!(refused.run(broker, std::future::pending()).await.unwrap_err().is_invalid());
    assert_eq!(health.state(), ConsumerState::Ended);
}
