//! How a consumer ends.

use std::future::pending;
use std::time::Duration;

use tokio::time::{Instant, sleep};
use workout_events::{Event, WorkoutDeleted};

use super::FreshServer;
use super::handling::noting;
use super::kit::{QUEUE, Seen, depth, depth_becomes, publish_many, same, soon, until};
use crate::consumer::Consumer;
use crate::health::ConsumerState;
use crate::testing::Running;

/// Whatever was handled is acknowledged, and whatever was not is still there.
pub async fn a_drain_finishes_what_has_begun_and_leaves_the_rest(server: &impl FreshServer) {
    let (broker, done) = (server.connect().await, Seen::default());
    let noted = done.clone();
    let consumer = Consumer::new(QUEUE).concurrency(5).on(move |event: Event<WorkoutDeleted>| {
        let done = noted.clone();
        async move {
            sleep(Duration::from_millis(20)).await;
            done.note(event.data().revision);
        }
    });
    let running = Running::start(&broker, consumer).await;
    publish_many(&broker, 1..=300).await;
    until("some are handled", || done.count() >= 20).await;
    let health = running.health.clone();
    let report = soon("the consumer ends", running.end()).await;
    assert_eq!((report.left, health.state()), (0, ConsumerState::Ended), "{report:?}");
    let handled = done.count();
    assert_eq!(report.handled, handled as u64);
    depth_becomes(&broker, QUEUE, 300 - report.handled).await;

    let rest = Running::start(&broker, noting(QUEUE, &done)).await;
    until("the rest is handled", || done.count() >= 300).await;
    assert_eq!(soon("the consumer ends", rest.end()).await.handled, 300 - report.handled);
    same(done.all(), 1..=300);
}

/// A handler that never ends does not keep the process.
pub async fn what_a_drain_has_no_time_for_comes_again(server: &impl FreshServer) {
    let (broker, begun) = (server.connect().await, Seen::default());
    let noted = begun.clone();
    let consumer = Consumer::new(QUEUE).drain(Duration::from_millis(300)).on(move |event: Event<WorkoutDeleted>| {
        noted.note(event.data().revision);
        pending::<()>()
    });
    let running = Running::start(&broker, consumer).await;
    publish_many(&broker, 1..=2).await;
    until("the first is begun", || begun.count() == 1).await;
    let asked = Instant::now();
    let report = soon("the consumer ends", running.end()).await;
    assert!(asked.elapsed() < Duration::from_secs(10), "{:?}", asked.elapsed());
    assert_eq!(report.handled, 0);
    assert!(report.left >= 1, "{report:?}");
    depth_becomes(&broker, QUEUE, 2).await;

    let seen = Seen::default();
    let running = Running::start(&broker, noting(QUEUE, &seen)).await;
    until("both are handled", || seen.count() >= 2).await;
    assert_eq!(soon("the consumer ends", running.end()).await.handled, 2);
    assert_eq!(depth(&broker, QUEUE).await, 0);
}
