//! What comes out of the queue, when, and in which order.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::sleep;
use workout_broker::Prefetch;
use workout_events::{Event, WorkoutDeleted, WorkoutId};

use super::FreshServer;
use super::kit::{MOMENT, QUEUE, Seen, dead, deleted, depth, depth_becomes, publish, publish_many, same, soon, until};
use crate::consumer::Consumer;
use crate::testing::Running;

/// A consumer that notes the revisions which it handles.
pub(super) fn noting(queue: &str, seen: &Seen<u32>) -> Consumer {
    let seen = seen.clone();
    Consumer::new(queue).on(move |event: Event<WorkoutDeleted>| {
        seen.note(event.data().revision);
        async {}
    })
}

/// And nothing of it is left, neither in the queue nor among the dead letters.
pub async fn each_event_is_handled_once_and_leaves_the_queue(server: &impl FreshServer) {
    let (broker, seen) = (server.connect().await, Seen::default());
    let running = Running::start(&broker, noting(QUEUE, &seen)).await;
    publish_many(&broker, 1..=100).await;
    until("all are handled", || seen.count() >= 100).await;
    let report = soon("the consumer ends", running.end()).await;
    assert_eq!((report.handled, report.retried, report.dead, report.left), (100, 0, 0, 0), "{report:?}");
    same(seen.all(), 1..=100);

    let again = Running::start(&broker, noting(QUEUE, &seen)).await;
    sleep(MOMENT).await;
    assert_eq!(soon("the consumer ends", again.end()).await.handled, 0);
    assert_eq!((depth(&broker, QUEUE).await, dead(&broker).await, seen.count()), (0, 0, 100));
}

/// The process ends while a handler is at it: nothing was acknowledged before.
pub async fn what_was_not_finished_comes_again(server: &impl FreshServer) {
    let (broker, begun) = (server.connect().await, Seen::default());
    let noting_begun = begun.clone();
    let stuck = Consumer::new(QUEUE).on(move |event: Event<WorkoutDeleted>| {
        noting_begun.note(event.data().revision);
        std::future::pending::<()>()
    });
    let other = server.connect().await;
    let running = Running::start(&other, stuck).await;
    publish_many(&broker, 1..=3).await;
    until("the first is begun", || begun.count() == 1).await;
    running.abort().await;
    other.close().await.expect("the connection ends");

    let seen = Seen::default();
    let running = Running::start(&broker, noting(QUEUE, &seen)).await;
    until("all are handled", || seen.count() >= 3).await;
    assert_eq!(soon("the consumer ends", running.end()).await.handled, 3);
    same(seen.all(), 1..=3);
}

/// The queue keeps them.
pub async fn a_late_consumer_gets_what_was_published_before(server: &impl FreshServer) {
    let (broker, seen) = (server.connect().await, Seen::default());
    let consumer = noting(QUEUE, &seen);
    broker.declare(&consumer.queue()).await.expect("the queues are declared");
    publish_many(&broker, 1..=20).await;
    depth_becomes(&broker, QUEUE, 20).await;
    let running = Running::start(&server.connect().await, consumer).await;
    until("all are handled", || seen.count() >= 20).await;
    assert_eq!(soon("the consumer ends", running.end()).await.handled, 20);
    same(seen.all(), 1..=20);
}

/// Unless told otherwise there is one.
pub async fn one_handler_keeps_the_order_of_the_queue(server: &impl FreshServer) {
    let (broker, seen) = (server.connect().await, Seen::default());
    let running = Running::start(&broker, noting(QUEUE, &seen)).await;
    publish_many(&broker, 1..=300).await;
    until("all are handled", || seen.count() >= 300).await;
    assert_eq!(seen.all(), (1..=300).collect::<Vec<_>>());
    assert_eq!(soon("the consumer ends", running.end()).await.handled, 300);
}

/// One at a time, while others run in parallel.
pub async fn events_about_the_same_keep_their_order_among_many_handlers(server: &impl FreshServer) {
    let (broker, seen) = (server.connect().await, Seen::default());
    let noted = seen.clone();
    let consumer = Consumer::new(QUEUE).concurrency(8).in_order_of_subjects();
    let running = Running::start(
        &broker,
        consumer.on(move |event: Event<WorkoutDeleted>| {
            let seen = noted.clone();
            async move {
                let (subject, revision) = (event.subject().to_owned(), event.data().revision);
                seen.note((subject.clone(), revision, "begun"));
                // The earlier ones take longer: in parallel the later ones would overtake them.
                sleep(Duration::from_millis(u64::from(20 / revision))).await;
                seen.note((subject, revision, "done"));
            }
        }),
    )
    .await;
    let workouts: Vec<_> = (0..4).map(|_| WorkoutId::generate()).collect();
    for revision in 1..=10 {
        for workout in &workouts {
            let event = Event::new("/tests", WorkoutDeleted::new(*workout, revision)).expect("the event is valid");
            publish(&broker, &event).await;
        }
    }
    until("all are handled", || seen.count() >= 80).await;
    assert_eq!(soon("the consumer ends", running.end()).await.handled, 40);
    for workout in workouts {
        let subject = workout.to_string();
        let of_subject = seen.all().into_iter().filter(|(of, ..)| *of == subject);
        let want = (1..=10).flat_map(|revision| [(revision, "begun"), (revision, "done")]);
        assert_eq!(
            of_subject.map(|(_, revision, what)| (revision, what)).collect::<Vec<_>>(),
            want.collect::<Vec<_>>()
        );
    }
}

/// However many handlers wait, and however many messages.
pub async fn no_more_is_out_than_the_prefetch(server: &impl FreshServer) {
    let (broker, begun) = (server.connect().await, Seen::default());
    let (noted, gate) = (begun.clone(), Arc::new(Semaphore::new(1)));
    let waits = Arc::clone(&gate);
    let ten = Prefetch::new(10).expect("the prefetch is within its limits");
    let consumer = Consumer::new(QUEUE).prefetch(ten).concurrency(10).on(move |event: Event<WorkoutDeleted>| {
        noted.note(event.data().revision);
        let waits = Arc::clone(&waits);
        async move {
            let permit = waits.acquire().await;
            permit.map(tokio::sync::SemaphorePermit::forget)
        }
    });
    let running = Running::start(&broker, consumer).await;
    // With the first one, the consumer sees that the last process did not crash.
    publish(&broker, &deleted(1)).await;
    until("the first is handled", || running.health.last_settled().is_some()).await;
    publish_many(&broker, 2..=51).await;
    until("all handlers are busy", || begun.count() == 11).await;
    depth_becomes(&broker, QUEUE, 40).await;
    sleep(MOMENT).await;
    assert_eq!((depth(&broker, QUEUE).await, begun.count()), (40, 11));
    gate.add_permits(50);
    until("all are begun", || begun.count() == 51).await;
    depth_becomes(&broker, QUEUE, 0).await;
    assert_eq!(soon("the consumer ends", running.end()).await.handled, 51);
}
