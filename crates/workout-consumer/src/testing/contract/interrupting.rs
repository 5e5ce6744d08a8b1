//! What handlers need is away, or the link is.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::time::sleep;
use workout_broker::Outcome;
use workout_events::amqp::Message;
use workout_events::{Event, WorkoutDeleted};

use super::FreshServer;
use super::handling::noting;
use super::kit::{MOMENT, QUEUE, Seen, dead, deleted, depth_becomes, publish_many, same, soon, until};
use crate::consumer::Consumer;
use crate::handler::{Context, Failure};
use crate::health::ConsumerState;
use crate::testing::Running;

/// And one message at a time asks whether it is back.
pub async fn an_outage_pauses_handlers_and_costs_no_attempt(server: &impl FreshServer) {
    let (broker, seen) = (server.connect().await, Seen::default());
    let is_there = Arc::new(AtomicBool::new(false));
    let (noted, there) = (seen.clone(), Arc::clone(&is_there));
    let consumer = Consumer::new(QUEUE).concurrency(4).on(move |event: Event<WorkoutDeleted>, context: Context| {
        let is_there = there.load(Ordering::SeqCst);
        noted.note((event.data().revision, context.attempt(), is_there));
        async move { if is_there { Ok(()) } else { Err(Failure::unavailable("connection refused")) } }
    });
    let running = Running::start(&broker, consumer).await;
    publish_many(&broker, 1..=30).await;
    let paused = || matches!(running.health.state(), ConsumerState::Paused(_));
    until("the consumer pauses", paused).await;
    sleep(MOMENT * 5).await;
    assert!(paused() && !running.health.is_ready());
    let asked = seen.count();
    assert!(asked <= 20, "{asked} questions within a second");

    is_there.store(true, Ordering::SeqCst);
    let handled = || seen.all().into_iter().filter(|(.., is_there)| *is_there).map(|(revision, ..)| revision);
    until("all are handled", || handled().count() >= 30).await;
    until("the consumer is ready", || running.health.is_ready()).await;
    let report = soon("the consumer ends", running.end()).await;
    assert_eq!((report.handled, report.retried, report.dead), (30, 0, 0), "{report:?}");
    same(handled().collect(), 1..=30);
    assert!(seen.all().iter().all(|(_, attempt, _)| *attempt == 1), "{:?}", seen.all());
    assert_eq!(dead(&broker).await, 0);
}

/// What was under way comes again, and what is published then is handled too.
pub async fn a_consumer_outlives_its_link(server: &impl FreshServer) {
    let (broker, seen) = (server.connect().await, Seen::default());
    let running = Running::start(&broker, noting(QUEUE, &seen)).await;
    publish_many(&broker, 1..=20).await;
    until("all are handled", || seen.count() >= 20).await;
    if !server.cut().await {
        soon("the consumer ends", running.end()).await;
        return;
    }
    soon("a publisher gets through", async {
        let message = Message::of(&deleted(21)).expect("the event is small");
        while !broker.publish(message.clone()).await.is_ok_and(Outcome::is_confirmed) {
            sleep(MOMENT).await;
        }
    })
    .await;
    publish_many(&broker, 22..=40).await;
    let revisions = || std::collections::BTreeSet::from_iter(seen.all());
    until("the others are handled", || revisions().len() == 40).await;
    until("the consumer is ready", || running.health.is_ready()).await;
    depth_becomes(&broker, QUEUE, 0).await;
    let report = soon("the consumer ends", running.end()).await;
    assert_eq!((report.dead, report.quarantined), (0, 0), "{report:?}");
    assert!(report.handled >= 40, "{report:?}");
    same(revisions().into_iter().collect(), 1..=40);
    assert_eq!(dead(&broker).await, 0);
}
