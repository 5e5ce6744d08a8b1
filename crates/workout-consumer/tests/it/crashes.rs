//! Processes that end while they handle a message.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::sleep;
use workout_broker::Deliveries;
use workout_broker::in_process::Server;
use workout_consumer::{Batch, Batches, Broker, Consumer, Prefetch};
use workout_events::{Event, WorkoutDeleted};

use crate::support::{QUEUE, dead_letters, deleted, publish, publish_many, server, start, until};

const MESSAGES: u32 = 150;
const POISON: u32 = 37;

/// How often each message was begun, over all processes.
#[derive(Clone, Default)]
struct Begun(Arc<Mutex<BTreeMap<u32, u32>>>);

impl Begun {
    fn note(&self, revision: u32) {
        *self.0.lock().unwrap().entry(revision).or_default() += 1;
    }

    fn of(&self, revision: u32) -> u32 {
        self.0.lock().unwrap().get(&revision).copied().unwrap_or_default()
    }
}

fn single(begun: &Begun) -> Consumer {
    let begun = begun.clone();
    Consumer::new(QUEUE).on(move |event: Event<WorkoutDeleted>| {
        let revision = event.data().revision;
        begun.note(revision);
        async move {
            if revision == POISON {
                // Until the process is aborted from outside.
                std::future::pending::<()>().await;
            }
        }
    })
}

fn batch(begun: &Begun) -> Consumer {
    let begun = begun.clone();
    let batches = Batches::of(50).each(|event: Event<WorkoutDeleted>| event.data().revision);
    Consumer::new(QUEUE).batch(batches.commit(move |batch: Batch<u32>| {
        let begun = begun.clone();
        async move {
            batch.items().iter().for_each(|revision| begun.note(*revision));
            if batch.items().contains(&POISON) {
                std::future::pending::<()>().await;
            }
            Ok(batch.commit(async { Ok::<_, std::convert::Infallible>(()) }).await?)
        }
    }))
}

/// Starts processes one after another, each of which ends as soon as it has the poison in hands, until that is dead.
async fn check(consumer: fn(&Begun) -> Consumer, most_begun: u32) {
    let (server, broker) = server();
    let begun = Begun::default();
    broker.declare(&consumer(&begun).queue()).await.unwrap();
    publish_many(&broker, MESSAGES).await;
    let dead = format!("{QUEUE}.dead");
    let mut crashes = 0;
    loop {
        // A connection of its own, which ends with it.
        let connection: Broker = server.connect();
        let before = begun.of(POISON);
        let running = start(&connection, consumer(&begun)).await;
        until(|| begun.of(POISON) > before || server.waiting(&dead) == Some(1)).await;
        if server.waiting(&dead) == Some(1) {
            until(|| server.waiting(QUEUE) == Some(0) && server.unsettled(QUEUE) == 0).await;
            running.end().await;
            break;
        }
        running.abort().await;
        connection.close().await.unwrap();
        crashes += 1;
        assert!(crashes <= 25, "the poison is still alive");
        sleep(Duration::from_secs(1)).await;
    }
    let [poison] = dead_letters(&server).await.try_into().unwrap();
    assert_eq!(Event::<WorkoutDeleted>::decode(&poison.body).unwrap().data().revision, POISON);
    assert_eq!(poison.reason, "crashed");
    for revision in (1..=MESSAGES).filter(|revision| *revision != POISON) {
        assert!((1..=most_begun).contains(&begun.of(revision)), "{revision} was begun {} times", begun.of(revision));
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_that_ends_every_process_is_dead_and_its_neighbours_are_handled() {
    check(single, 1).await;
}

#[tokio::test(start_paused = true)]
async fn a_message_that_ends_every_process_does_not_take_its_batch_with_it() {
    // Those that came with it twice are tried with it twice, and then alone.
    check(batch, 3).await;
}

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
