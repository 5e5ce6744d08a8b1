//! Several consumers.

use std::time::Duration;

use tokio::time::sleep;
use workout_events::{Event, WorkoutDeleted};

use super::FreshServer;
use super::handling::noting;
use super::kit::{QUEUE, Seen, publish_many, same, soon, until};
use crate::consumer::Consumer;
use crate::testing::Running;

/// Each event goes to one of them.
pub async fn consumers_of_a_queue_share_its_work(server: &impl FreshServer) {
    let consumer = |seen: &Seen<u32>| {
        let seen = seen.clone();
        Consumer::new(QUEUE).on(move |event: Event<WorkoutDeleted>| {
            let seen = seen.clone();
            async move {
                sleep(Duration::from_millis(2)).await;
                seen.note(event.data().revision);
            }
        })
    };
    let (here, there) = (server.connect().await, server.connect().await);
    let (of_one, of_other) = (Seen::default(), Seen::default());
    let one = Running::start(&here, consumer(&of_one)).await;
    let other = Running::start(&there, consumer(&of_other)).await;
    publish_many(&here, 1..=300).await;
    until("all are handled", || of_one.count() + of_other.count() >= 300).await;
    let handled = [soon("one ends", one.end()).await.handled, soon("the other ends", other.end()).await.handled];
    same([of_one.all(), of_other.all()].concat(), 1..=300);
    assert_eq!(handled.iter().sum::<u64>(), 300);
    assert!(handled.iter().all(|handled| *handled > 0), "{handled:?}");
}

/// Consumers of different queues do not take one another's events.
pub async fn each_queue_gets_all_events(server: &impl FreshServer) {
    let broker = server.connect().await;
    let (of_one, of_other) = (Seen::default(), Seen::default());
    let one = Running::start(&broker, noting(QUEUE, &of_one)).await;
    let other = Running::start(&broker, noting("contract.other", &of_other)).await;
    publish_many(&broker, 1..=50).await;
    until("all are handled", || of_one.count() >= 50 && of_other.count() >= 50).await;
    for running in [one, other] {
        assert_eq!(soon("the consumer ends", running.end()).await.handled, 50);
    }
    same(of_one.all(), 1..=50);
    same(of_other.all(), 1..=50);
}
