use std::io;
use std::sync::Arc;

use tokio::sync::Notify;
use workout_broker::Queue;
use workout_consumer::{Broker, Consumer, Prefetch};
use workout_events::{Event, WorkoutDeleted};

use crate::support::{deleted, publish, soon, take};

const QUEUE: &str = "tests.shutdown";

#[tokio::test]
async fn a_handler_that_has_begun_is_not_cut_short_and_the_rest_stays() {
    let broker = Broker::in_process();
    broker.declare(&Queue::new(QUEUE).bind_type::<WorkoutDeleted>()).await.unwrap();
    let (first, second, third) = (deleted(1), deleted(2), deleted(3));
    for event in [&first, &second, &third] {
        publish(&broker, event).await;
    }

    let (begun, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (begins, goes_on) = (Arc::clone(&begun), Arc::clone(&go_on));
    // One at a time: the second comes when the first is acknowledged, and the third not before the end.
    let consumer = Consumer::new(QUEUE).prefetch(Prefetch::new(1).unwrap()).on(move |event: Event<WorkoutDeleted>| {
        let (begins, goes_on) = (Arc::clone(&begins), Arc::clone(&goes_on));
        let is_first = event == first;
        async move {
            if is_first {
                begins.notify_one();
                goes_on.notified().await;
            }
            io::Result::Ok(())
        }
    });
    let stop = Arc::new(Notify::new());
    let stopped = Arc::clone(&stop);
    let run = tokio::spawn(consumer.run(broker.clone(), async move { stopped.notified().await }));
    soon(begun.notified()).await;
    stop.notify_one();
    go_on.notify_one();
    let report = soon(run).await.unwrap().unwrap();
    assert_eq!(report.handled, 2);
    assert_eq!(take(&broker, QUEUE).await, third.encode());
}

#[test]
fn a_running_consumer_can_be_sent_between_threads() {
    fn check<T: Send>(_: T) {}
    let consumer = Consumer::new(QUEUE).on(async |_: Event<WorkoutDeleted>| io::Result::Ok(()));
    check(consumer.run(Broker::in_process(), std::future::pending()));
}
