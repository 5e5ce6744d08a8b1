//! A process that ended while it handled a message, as another sees it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::sleep;
use workout_broker::Deliveries;
use workout_broker::in_process::Server;
use workout_consumer::{Consumer, Prefetch};
use workout_events::{Event, WorkoutDeleted};

use crate::support::{QUEUE, deleted, publish, publish_many, server, start, until};

/// Another instance crashed: what it had comes to this one, which has other messages out.
#[tokio::test(start_paused = true)]
async fn a_message_that_ended_another_process_twice_is_handled_when_nothing_else_is_out() {
    let (server, broker) = server();
    let out: Arc<Mutex<Vec<(u32, usize)>>> = Arc::default();
    let (noting, watched) = (Arc::clone(&out), server.clone());
    let consumer = Consumer::new(QUEUE).concurrency(4).on(move |event: Event<WorkoutDeleted>| {
        noting.lock().unwrap().push((event.data().revision, watched.unsettled(QUEUE)));
        async { sleep(Duration::from_secs(1)).await }
    });
    broker.declare(&consumer.queue()).await.unwrap();
    publish(&broker, &deleted(99)).await;
    take(&server).await.close().await.unwrap();
    let taken = take(&server).await;
    let running = start(&broker, consumer).await;
    publish_many(&broker, 20).await;
    until(|| out.lock().unwrap().len() > 4).await;
    taken.close().await.unwrap();
    until(|| server.waiting(QUEUE) == Some(0) && server.unsettled(QUEUE) == 0).await;
    let seen = out.lock().unwrap().clone();
    assert_eq!(seen.len(), 21);
    let of_suspect: Vec<_> = seen.iter().filter(|(revision, _)| *revision == 99).map(|(_, out)| *out).collect();
    assert_eq!(of_suspect, [1], "{seen:?}");
    assert_eq!(running.end().await.handled, 21);
}

/// Takes the only message out of the queue, as a process that is about to crash.
async fn take(server: &Server) -> Deliveries {
    let mut deliveries = server.connect().consume(QUEUE, Prefetch::new(1).unwrap()).await.unwrap();
    drop(deliveries.next().await.unwrap().unwrap());
    deliveries
}
