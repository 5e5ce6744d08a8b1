//! What a publisher and a consumer make of a lost link: nothing that their callers notice.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use support::{rabbitmq, wait};
use tokio::sync::oneshot;
use workout_broker::Broker;
use workout_consumer::Consumer;
use workout_events::types::user::UserErased;
use workout_events::{Event, UserId};
use workout_publisher::{Outcome, Publisher};

use crate::broker::close_both_connections;

const LIMIT: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_link_ends_neither_publisher_nor_consumer_and_loses_no_event() {
    let vhost = rabbitmq::vhost().await;
    let broker = Broker::connect(&vhost.amqp_url()).await.unwrap();
    let seen = Arc::new(Mutex::new(BTreeSet::new()));
    let sight = Arc::clone(&seen);
    let consumer = Consumer::new("lost-link").on(move |event: Event<UserErased>| {
        sight.lock().unwrap().insert(event.id());
        async { Ok::<(), std::io::Error>(()) }
    });
    broker.declare(&consumer.queue()).await.unwrap();
    let (shutdown, ended) = oneshot::channel::<()>();
    let running = tokio::spawn({
        let broker = broker.clone();
        async move { consumer.run(broker, async { drop(ended.await) }).await }
    });

    let publisher = Publisher::new(broker.clone());
    let mut said = BTreeSet::new();
    for _ in 0..3 {
        for _ in 0..50 {
            let event = Event::new("/tests", UserErased::new(UserId::generate())).unwrap();
            // The breaker may refuse while the link is away; whoever wants the event out tries again.
            wait::until("the event is confirmed", LIMIT, || async {
                publisher.publish(&event).await.is_ok_and(|outcome| outcome == Outcome::Confirmed)
            })
            .await;
            said.insert(event.id());
        }
        wait::until("every event has come", LIMIT, || async { seen.lock().unwrap().is_superset(&said) }).await;
        close_both_connections(&vhost).await;
    }
    broker.well().await.unwrap();
    let _ = shutdown.send(());
    let report = running.await.unwrap().unwrap();
    assert!(report.handled >= 150 && report.dead == 0, "{report:?}");
    assert!(publisher.close(LIMIT).await.left.is_empty());
}
