//! A consumer whose broker fails as it is told.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::{Instant, sleep};
use workout_broker::Queue;
use workout_broker::in_process::Fate;
use workout_consumer::{Consumer, ConsumerState, Context};
use workout_events::{Event, EventId, WorkoutDeleted};

use crate::support::{QUEUE, deleted, publish, server, start, until};

/// The ids of events that were handled.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Vec<EventId>>>);

impl Seen {
    fn ids(&self) -> Vec<EventId> {
        self.0.lock().unwrap().clone()
    }
}

fn consumer(seen: &Seen) -> Consumer<Seen> {
    Consumer::with_state(QUEUE, seen.clone()).on(async |event: Event<WorkoutDeleted>, context: Context<Seen>| {
        context.state().0.lock().unwrap().push(event.id());
        sleep(Duration::from_millis(50)).await;
    })
}

#[tokio::test(start_paused = true)]
async fn events_whose_channel_ends_meanwhile_come_again_and_count_when_they_are_acknowledged() {
    let (server, broker) = server();
    let seen = Seen::default();
    let running = start(&broker, consumer(&seen)).await;
    let events: Vec<_> = (1..=20).map(deleted).collect();
    for event in &events {
        publish(&broker, event).await;
    }
    until(|| seen.ids().len() == 5).await;
    server.close_channels(QUEUE);
    until(|| server.waiting(QUEUE) == Some(0) && server.unsettled(QUEUE) == 0).await;
    let ids: BTreeSet<_> = seen.ids().into_iter().collect();
    assert_eq!(ids, events.iter().map(Event::id).collect());
    let report = running.end().await;
    // Whatever was handled twice was acknowledged once.
    assert_eq!((report.handled, report.dead), (20, 0), "{report:?}");
    assert!(seen.ids().len() <= 21);
}

#[tokio::test(start_paused = true)]
async fn a_consumer_outlives_its_link() {
    let (server, broker) = server();
    let seen = Seen::default();
    let running = start(&broker, consumer(&seen)).await;
    publish(&broker, &deleted(1)).await;
    until(|| running.health.last_settled().is_some()).await;
    server.lose_consuming();
    publish(&broker, &deleted(2)).await;
    sleep(Duration::from_mins(10)).await;
    assert_eq!(seen.ids().len(), 1);
    assert!(!running.health.is_ready(), "{:?}", running.health);
    server.restore_consuming();
    let begun = Instant::now();
    until(|| seen.ids().len() == 2).await;
    assert!(begun.elapsed() < Duration::from_secs(5));
    assert!(running.health.is_ready());
    assert_eq!(running.end().await.handled, 2);
}

#[tokio::test(start_paused = true)]
async fn an_event_that_was_published_twice_is_handled_twice_under_one_id() {
    let (server, broker) = server();
    let seen = Seen::default();
    let running = start(&broker, consumer(&seen)).await;
    server.nth(1, Fate::RoutedTwice);
    let event = deleted(1);
    publish(&broker, &event).await;
    until(|| seen.ids() == [event.id(); 2]).await;
    assert_eq!(running.end().await.handled, 2);
}

#[tokio::test(start_paused = true)]
async fn a_queue_that_somebody_deletes_is_declared_again() {
    let (server, broker) = server();
    let seen = Seen::default();
    let running = start(&broker, consumer(&seen)).await;
    publish(&broker, &deleted(1)).await;
    until(|| running.health.last_settled().is_some()).await;
    server.delete_queue(QUEUE);
    until(|| server.waiting(QUEUE).is_some()).await;
    publish(&broker, &deleted(2)).await;
    until(|| seen.ids().len() == 2).await;
    assert_eq!(running.end().await.handled, 2);
}

#[tokio::test(start_paused = true)]
async fn a_consumer_that_the_broker_cancelled_subscribes_again() {
    let (server, broker) = server();
    let seen = Seen::default();
    let running = start(&broker, consumer(&seen)).await;
    for round in 1..=3 {
        publish(&broker, &deleted(1)).await;
        until(|| seen.ids().len() == round).await;
        server.cancel(QUEUE);
    }
    assert_eq!(running.end().await.handled, 3);
}

/// Somebody made another queue of that name: there is no point in going on, and no loop either.
#[tokio::test(start_paused = true)]
async fn a_queue_that_is_another_by_now_ends_the_consumer_with_the_difference() {
    let (server, broker) = server();
    let running = start(&broker, consumer(&Seen::default())).await;
    publish(&broker, &deleted(1)).await;
    until(|| running.health.last_settled().is_some()).await;
    let health = running.health.clone();
    server.delete_queue(&format!("{QUEUE}.dead"));
    broker.declare(&Queue::new(format!("{QUEUE}.dead"))).await.unwrap();
    server.delete_queue(QUEUE);
    let error = running.fail().await;
    assert!(error.is_topology() && !error.is_transient(), "{error:?}");
    assert_eq!(health.state(), ConsumerState::Ended);
}

#[tokio::test(start_paused = true)]
async fn a_broker_that_this_process_closes_ends_the_consumer() {
    let (_server, broker) = server();
    let running = start(&broker, consumer(&Seen::default())).await;
    publish(&broker, &deleted(1)).await;
    until(|| running.health.last_settled().is_some()).await;
    broker.close().await.unwrap();
    let error = running.fail().await;
    assert!(!error.is_transient() && !error.is_topology(), "{error:?}");
}

/// Services start in any order, and the broker may be the last one.
#[tokio::test(start_paused = true)]
async fn a_consumer_that_starts_without_a_link_declares_its_queues_when_there_is_one() {
    let (server, broker) = server();
    let seen = Seen::default();
    // As an earlier version of the service left it, which heard nothing.
    broker.declare(&Queue::new(QUEUE)).await.unwrap();
    server.lose_consuming();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let consumer = consumer(&seen);
    let health = consumer.health();
    let run = tokio::spawn(consumer.run(broker.clone(), async { stopped.await.unwrap_or_default() }));
    until(|| matches!(health.state(), ConsumerState::Reconnecting(_))).await;
    server.restore_consuming();
    until(|| health.is_ready()).await;
    publish(&broker, &deleted(1)).await;
    until(|| seen.ids().len() == 1).await;
    drop(stop);
    assert_eq!(run.await.unwrap().unwrap().handled, 1);
}
