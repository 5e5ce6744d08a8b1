//! A consumer whose broker fails as it is told.

use std::collections::BTreeSet;
use std::io;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use workout_broker::Queue;
use workout_broker::in_process::{Fate, Server};
use workout_consumer::{Broker, ConsumeError, Consumer, Report};
use workout_events::{Event, EventId, WorkoutDeleted};

use crate::support::{deleted, publish, soon};

const QUEUE: &str = "tests.faults";

/// A running consumer, whose handler waits for a word with each event.
struct Running {
    server: Server,
    broker: Broker,
    events: mpsc::Receiver<EventId>,
    stop: mpsc::Sender<()>,
    run: JoinHandle<Result<Report, ConsumeError>>,
}

async fn running() -> Running {
    let server = Server::seeded(1);
    let broker = server.connect();
    broker.declare(&Queue::new(QUEUE).bind_type::<WorkoutDeleted>()).await.unwrap();
    let (handled, events) = mpsc::channel(1);
    let (stop, mut stopped) = mpsc::channel(1);
    let consumer = Consumer::new(QUEUE).on(move |event: Event<WorkoutDeleted>| {
        let handled = handled.clone();
        async move { handled.send(event.id()).await.map_err(io::Error::other) }
    });
    let shutdown = async move { stopped.recv().await.unwrap_or_default() };
    let run = tokio::spawn(consumer.run(broker.clone(), shutdown));
    Running { server, broker, events, stop, run }
}

/// One that has handled an event already.
async fn reading() -> Running {
    let mut running = running().await;
    let event = deleted(1);
    publish(&running.broker, &event).await;
    assert_eq!(running.next().await, event.id());
    running
}

impl Running {
    async fn next(&mut self) -> EventId {
        soon(self.events.recv()).await.unwrap()
    }

    async fn end(self) -> Report {
        self.stop.send(()).await.unwrap();
        soon(self.run).await.unwrap().unwrap()
    }
}

#[tokio::test(start_paused = true)]
async fn an_event_whose_channel_ends_meanwhile_comes_again_and_counts_when_it_is_acknowledged() {
    let mut running = running().await;
    let events = [deleted(1), deleted(2), deleted(3)];
    for event in &events {
        publish(&running.broker, event).await;
    }
    let mut seen = BTreeSet::from([running.next().await]);
    // The next is in its handler, which waits for us; all of them had come.
    running.server.close_channels(QUEUE);
    while let Ok(event) = timeout(Duration::from_secs(1), running.events.recv()).await {
        seen.insert(event.unwrap());
    }
    assert_eq!(seen, events.iter().map(Event::id).collect());
    assert_eq!((running.server.unsettled(QUEUE), running.server.waiting(QUEUE)), (0, Some(0)));
    // Whatever was handled twice was acknowledged once.
    assert_eq!(running.end().await.handled, 3);
}

#[tokio::test(start_paused = true)]
async fn a_consumer_outlives_its_link() {
    let mut running = reading().await;
    running.server.lose_consuming();
    let event = deleted(1);
    publish(&running.broker, &event).await;
    assert!(timeout(Duration::from_mins(10), running.events.recv()).await.is_err());
    running.server.restore_consuming();
    assert_eq!(running.next().await, event.id());
    assert_eq!(running.end().await.handled, 2);
}

#[tokio::test(start_paused = true)]
async fn an_event_that_was_published_twice_is_handled_twice_under_one_id() {
    let mut running = running().await;
    running.server.nth(1, Fate::RoutedTwice);
    let event = deleted(1);
    publish(&running.broker, &event).await;
    assert_eq!([running.next().await, running.next().await], [event.id(); 2]);
    assert_eq!(running.end().await.handled, 2);
}

#[tokio::test(start_paused = true)]
async fn a_consumer_whose_queue_is_deleted_ends_and_says_so() {
    let running = reading().await;
    running.server.delete_queue(QUEUE);
    let error = soon(running.run).await.unwrap().unwrap_err();
    assert!(!error.is_transient(), "{error:?}");
}
