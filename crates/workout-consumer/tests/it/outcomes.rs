use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::sync::{Notify, mpsc};
use workout_broker::Queue;
use workout_consumer::{Broker, Consumer};
use workout_events::amqp::Message;
use workout_events::{EntityId, Event, WorkoutDeleted, WorkoutPerformed, event};

use crate::support::{deleted, publish, publish_message, soon, take};

const QUEUE: &str = "tests.outcomes";

/// The queue is declared before the consumer starts, so that a test may publish at once.
async fn broker() -> Broker {
    let broker = Broker::in_process();
    broker.declare(&Queue::new(QUEUE).bind_type::<WorkoutDeleted>()).await.unwrap();
    broker
}

#[tokio::test]
async fn each_event_is_handled_once_and_in_its_own_type() {
    let broker = broker().await;
    let events = [deleted(1), deleted(2), deleted(3)];
    for event in &events {
        publish(&broker, event).await;
    }
    let (seen, mut arrived) = mpsc::unbounded_channel();
    let consumer = Consumer::new(QUEUE)
        .on(async |_: Event<WorkoutPerformed>| -> io::Result<()> { panic!("of another type") })
        .on(move |event: Event<WorkoutDeleted>| {
            let sent = seen.send(event);
            async move { sent }
        });
    let all_seen = async {
        for event in events {
            assert_eq!(arrived.recv().await, Some(event));
        }
    };
    let report = soon(consumer.run(broker, all_seen)).await.unwrap();
    assert_eq!((report.handled, report.requeued, report.rejected), (3, 0, 0));
}

#[tokio::test]
async fn what_fails_comes_again_whether_it_says_so_or_panics() {
    let broker = broker().await;
    publish(&broker, &deleted(1)).await;
    let (attempts, done) = (Arc::new(AtomicU32::new(0)), Arc::new(Notify::new()));
    let (counted, finished) = (Arc::clone(&attempts), Arc::clone(&done));
    let consumer = Consumer::new(QUEUE).on(move |_: Event<WorkoutDeleted>| {
        let attempt = counted.fetch_add(1, Ordering::SeqCst);
        let finished = Arc::clone(&finished);
        async move {
            match attempt {
                0 => panic!("the first attempt panics"),
                1 => Err("the second attempt fails"),
                _ => {
                    finished.notify_one();
                    Ok(())
                }
            }
        }
    });
    let report = soon(consumer.run(broker, done.notified())).await.unwrap();
    assert_eq!((report.handled, report.requeued, report.rejected), (1, 2, 0));
    assert_eq!(attempts.load(Ordering::SeqCst), 3);
}

/// An event that the consumer has no handler for.
#[event(type = "tests.happened", version = 1, subject = id)]
pub struct Happened {
    /// What it is about.
    pub id: EntityId,
}

#[tokio::test]
async fn a_poison_message_is_dead_and_its_neighbours_live() {
    let broker = broker().await;
    let unknown = Event::new("/tests", Happened::new(EntityId::generate())).unwrap();
    let bodies = [b"{}".to_vec(), unknown.encode()];
    for body in &bodies {
        let mut poison = Message::of(&deleted(1)).unwrap();
        poison.body.clone_from(body);
        publish_message(&broker, poison).await;
    }
    let neighbour = deleted(2);
    publish(&broker, &neighbour).await;

    let (handled, is_handled) = mpsc::unbounded_channel();
    let consumer = Consumer::new(QUEUE).on(move |event: Event<WorkoutDeleted>| {
        let sent = handled.send(event);
        async move { sent }
    });
    let mut is_handled = is_handled;
    let shutdown = async { assert_eq!(is_handled.recv().await, Some(neighbour)) };
    let report = soon(consumer.run(broker.clone(), shutdown)).await.unwrap();
    assert_eq!((report.handled, report.requeued, report.rejected), (1, 0, 2));
    for body in bodies {
        assert_eq!(take(&broker, &format!("{QUEUE}.dead")).await, body);
    }
}

/// Someone published the right body under the wrong name: the body decides.
#[tokio::test]
async fn a_misleading_property_does_not_mislead() {
    let broker = broker().await;
    let mut message = Message::of(&deleted(1)).unwrap();
    message.properties.kind = "workout.performed".into();
    publish_message(&broker, message).await;

    let done = Arc::new(Notify::new());
    let finished = Arc::clone(&done);
    let consumer = Consumer::new(QUEUE)
        .on(async |_: Event<WorkoutPerformed>| -> io::Result<()> { panic!("of another type") })
        .on(move |_: Event<WorkoutDeleted>| {
            finished.notify_one();
            async { io::Result::Ok(()) }
        });
    let report = soon(consumer.run(broker, done.notified())).await.unwrap();
    assert_eq!((report.handled, report.rejected), (1, 0));
}

#[tokio::test]
async fn a_consumer_without_a_handler_does_not_start() {
    let error = Consumer::new(QUEUE).run(broker().await, std::future::pending()).await.unwrap_err();
    assert!(!error.is_transient(), "{error:?}");
}
