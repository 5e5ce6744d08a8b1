//! What cannot be handled, whoever tries.

use std::convert::Infallible;
use std::future::ready;

use workout_events::amqp::Message;
use workout_events::{Event, WorkoutDeleted};

use super::FreshServer;
use super::handling::noting;
use super::kit::{
    QUEUE, Seen, dead_becomes, dead_letters, deleted, publish_many, publish_message, revision, same, soon, until,
};
use crate::batch::{Batch, Batches};
use crate::consumer::Consumer;
use crate::handler::Failure;
use crate::letter::Reason;
use crate::testing::Running;

/// With the first violation; it is never handed to a handler.
pub async fn what_is_no_event_is_quarantined(server: &impl FreshServer) {
    let (broker, seen) = (server.connect().await, Seen::default());
    let running = Running::start(&broker, noting(QUEUE, &seen)).await;
    publish_many(&broker, 1..=3).await;
    let mut poison = Message::of(&deleted(4)).expect("the event is small");
    poison.body = b"{".to_vec();
    publish_message(&broker, poison).await;
    publish_many(&broker, 5..=6).await;
    dead_becomes(&broker, 1).await;
    until("its neighbours are handled", || seen.count() >= 5).await;
    let report = soon("the consumer ends", running.end()).await;
    assert_eq!((report.handled, report.quarantined, report.left), (5, 1, 0), "{report:?}");
    same(seen.all(), [1, 2, 3, 5, 6]);
    let letters = dead_letters(&broker).await;
    let said: Vec<_> = letters.iter().map(|letter| (letter.reason, letter.code.as_deref(), letter.body())).collect();
    assert_eq!(said, [(Reason::Quarantined, Some("truncated"), &b"{"[..])]);
}

/// A batch that fails is taken apart, so that the neighbours are committed once.
pub async fn poison_in_a_batch_is_dead_alone(server: &impl FreshServer) {
    let (broker, committed) = (server.connect().await, Seen::default());
    let writes = committed.clone();
    let is_poison = |revision: u32| revision % 50 == 7;
    let batches = Batches::of(64).each(|event: Event<WorkoutDeleted>| event.data().revision);
    let consumer = Consumer::new(QUEUE).batch(batches.commit(move |batch: Batch<u32>| {
        let writes = writes.clone();
        async move {
            if batch.items().iter().any(|revision| is_poison(*revision)) {
                return Err(Failure::reject("the database refuses this value"));
            }
            batch.items().iter().for_each(|revision| writes.note(*revision));
            Ok(batch.commit(ready(Ok::<_, Infallible>(()))).await?)
        }
    }));
    broker.declare(&consumer.queue()).await.expect("the queues are declared");
    publish_many(&broker, 1..=200).await;
    let running = Running::start(&broker, consumer).await;
    dead_becomes(&broker, 4).await;
    until("its neighbours are committed", || committed.count() >= 196).await;
    let report = soon("the consumer ends", running.end()).await;
    assert_eq!((report.handled, report.dead, report.left), (196, 4, 0), "{report:?}");
    same(committed.all(), (1..=200).filter(|revision| !is_poison(*revision)));
    let letters = dead_letters(&broker).await;
    same(letters.iter().map(revision).collect(), [7, 57, 107, 157]);
    assert!(letters.iter().all(|letter| (letter.reason, letter.attempts) == (Reason::Rejected, 1)), "{letters:?}");
}
