use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;
use support::rabbitmq::{self, Vhost};
use support::wait;
use tokio::time::timeout;
use workout_broker::{Broker, Deliveries, Delivery, LinkState, Outcome, Prefetch, Queue};

use super::{WANTED, close_both_connections, message};

const QUEUE: &str = "broker.link";
const LIMIT: Duration = Duration::from_secs(30);

/// What a broker that is back may take to be of use again.
const BACK: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread")]
async fn all_connections_closed_while_publishing_and_consuming() {
    const CUTS: u64 = 3;
    let (vhost, broker) = connected().await;
    let all = Arc::new(Account::default());
    let publishers: Vec<_> = (0..4).map(|_| tokio::spawn(publish(broker.clone(), Arc::clone(&all)))).collect();
    let deliveries = broker.consume(QUEUE, Prefetch::default()).await.unwrap();
    let consumer = tokio::spawn(consume(deliveries, Arc::clone(&all)));

    for cut in 1..=CUTS {
        close_both_connections(&vhost).await;
        let (confirmed, seen) = all.so_far();
        wait::until("publishing and consuming again", BACK, || async {
            let (confirmed_now, seen_now) = all.so_far();
            confirmed_now > confirmed + 500 && seen_now > seen + 500
        })
        .await;
        let health = broker.health();
        assert_eq!((health.publishing.generation, health.consuming.generation), (cut + 1, cut + 1), "{health}");
    }
    all.stop.store(true, Ordering::Relaxed);
    for publisher in publishers {
        publisher.await.unwrap();
    }
    wait::until("every confirmed message has come", LIMIT, || async {
        let (confirmed, seen) = (all.confirmed.lock().unwrap(), all.seen.lock().unwrap());
        confirmed.is_subset(&seen)
    })
    .await;
    all.end.store(true, Ordering::Relaxed);
    consumer.await.unwrap();
    broker.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_of_a_lost_link_cannot_be_settled_and_comes_again() {
    let (vhost, broker) = connected().await;
    let mut lane = broker.lane();
    assert_eq!(lane.window(&[message(WANTED), message(WANTED)], LIMIT).await.unwrap(), [Outcome::Confirmed; 2]);
    let mut deliveries = broker.consume(QUEUE, Prefetch::default()).await.unwrap();
    let lost = next(&mut deliveries).await;
    let id = lost.message_id().unwrap().to_owned();

    close_both_connections(&vhost).await;
    // Until then the second message may still come out of the buffer of the lost link.
    wait::until("a new link", BACK, || async { broker.health().consuming.generation == 2 }).await;
    let again = next(&mut deliveries).await;
    let error = lost.ack().await.unwrap_err();
    assert!(error.is_not_settled() && error.is_transient(), "{error:?}");
    // Both, although the second had only come as far as the client's buffer.
    let other = next(&mut deliveries).await;
    let ids: BTreeSet<_> = [&again, &other].map(|delivery| delivery.message_id().unwrap().to_owned()).into();
    assert!(again.redelivered() && other.redelivered() && ids.len() == 2 && ids.contains(&id));
    again.ack().await.unwrap();
    other.ack().await.unwrap();
    // The lane goes on as well.
    timeout(BACK, broker.well()).await.unwrap().unwrap();
    assert_eq!(lane.window(&[message(WANTED)], LIMIT).await.unwrap(), [Outcome::Confirmed]);
    next(&mut deliveries).await.ack().await.unwrap();
    deliveries.close().await.unwrap();
    broker.close().await.unwrap();
}

/// One worker is enough to show that the link's own task gets its turn.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_publisher_that_tries_again_at_once_does_not_keep_the_link_from_coming_back() {
    let (vhost, broker) = connected().await;
    let publisher = {
        let mut lane = broker.lane();
        let broker = broker.clone();
        tokio::spawn(async move {
            while broker.health().publishing.generation == 1 {
                let _ = lane.window(&[message(WANTED)], LIMIT).await;
            }
            lane.window(&[message(WANTED)], LIMIT).await
        })
    };
    close_both_connections(&vhost).await;
    let outcomes = timeout(LIMIT, publisher).await.unwrap().unwrap().unwrap();
    assert_eq!(outcomes, [Outcome::Confirmed]);
    broker.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_queue_ends_its_readers_and_returns_messages_until_it_is_declared_again() {
    let (vhost, broker) = connected().await;
    let mut lane = broker.lane();
    let mut deliveries = broker.consume(QUEUE, Prefetch::default()).await.unwrap();
    vhost.management().delete(&format!("queues/{}/{QUEUE}", vhost.name())).await.unwrap();
    let error = timeout(LIMIT, deliveries.next()).await.unwrap().unwrap().unwrap_err();
    assert!(!error.is_transient(), "{error:?}");
    let end = timeout(LIMIT, deliveries.next()).await.unwrap();
    assert!(end.is_none(), "{end:?}");
    assert_eq!(lane.window(&[message(WANTED)], LIMIT).await.unwrap(), [Outcome::Returned]);

    broker.declare(&queue()).await.unwrap();
    assert_eq!(lane.window(&[message(WANTED)], LIMIT).await.unwrap(), [Outcome::Confirmed]);
    let mut deliveries = broker.consume(QUEUE, Prefetch::default()).await.unwrap();
    next(&mut deliveries).await.ack().await.unwrap();
    deliveries.close().await.unwrap();
    broker.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_exchange_confirms_nothing_until_it_is_back() {
    let (vhost, broker) = connected().await;
    let mut lane = broker.lane();
    assert_eq!(lane.window(&[message(WANTED)], LIMIT).await.unwrap(), [Outcome::Confirmed]);
    let exchange = format!("exchanges/{}/workout.events", vhost.name());
    vhost.management().delete(&exchange).await.unwrap();
    for _ in 0..3 {
        assert_eq!(lane.window(&[message(WANTED), message(WANTED)], LIMIT).await.unwrap(), [Outcome::Unknown; 2]);
        let error = lane.window(&[message(WANTED)], LIMIT).await.unwrap_err();
        assert!(error.is_not_found(), "{error:?}");
    }
    assert!(broker.health().is_well(), "{}", broker.health());

    vhost.management().put(&exchange, json!({ "type": "topic", "durable": true })).await.unwrap();
    assert_eq!(lane.window(&[message(WANTED)], LIMIT).await.unwrap(), [Outcome::Returned]);
    broker.declare(&queue()).await.unwrap();
    assert_eq!(lane.window(&[message(WANTED)], LIMIT).await.unwrap(), [Outcome::Confirmed]);
    broker.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_broker_stays_closed_and_says_so() {
    let (vhost, broker) = connected().await;
    let mut deliveries = broker.consume(QUEUE, Prefetch::default()).await.unwrap();
    let mut lane = broker.lane();
    assert_eq!(lane.window(&[message(WANTED)], LIMIT).await.unwrap(), [Outcome::Confirmed]);
    broker.close().await.unwrap();

    let health = broker.health();
    assert_eq!((health.publishing.state, health.consuming.state), (LinkState::Closed, LinkState::Closed), "{health}");
    let refused = [
        lane.window(&[message(WANTED)], LIMIT).await.unwrap_err(),
        broker.publish(message(WANTED)).await.unwrap_err(),
        broker.consume(QUEUE, Prefetch::default()).await.unwrap_err(),
        broker.well().await.unwrap_err(),
    ];
    assert!(refused.iter().all(|error| !error.is_transient()), "{refused:?}");
    let error = timeout(LIMIT, deliveries.next()).await.unwrap().unwrap().unwrap_err();
    assert!(!error.is_transient(), "{error:?}");
    broker.close().await.unwrap();

    let path = format!("vhosts/{}/connections", vhost.name());
    wait::until("no connection is left", LIMIT, || async {
        vhost.management().get(&path).await.is_ok_and(|connections| connections == json!([]))
    })
    .await;
    for shown in [format!("{broker:?}"), format!("{lane:?}"), format!("{:?}", Broker::builder(vhost.amqp_url()))] {
        assert!(!shown.contains("://"), "{shown}");
    }
}

async fn connected() -> (Vhost, Broker) {
    let vhost = rabbitmq::vhost().await;
    let broker = Broker::connect(&vhost.amqp_url()).await.unwrap();
    broker.declare(&queue()).await.unwrap();
    (vhost, broker)
}

fn queue() -> Queue {
    Queue::new(QUEUE).bind("workout.events", WANTED)
}

async fn next(deliveries: &mut Deliveries) -> Delivery {
    timeout(LIMIT, deliveries.next()).await.unwrap().unwrap().unwrap()
}

/// What was said of the messages, and which have come.
#[derive(Default)]
struct Account {
    /// No more publishing.
    stop: AtomicBool,
    /// No more consuming either.
    end: AtomicBool,
    confirmed: Mutex<BTreeSet<String>>,
    seen: Mutex<BTreeSet<String>>,
}

impl Account {
    fn so_far(&self) -> (usize, usize) {
        (self.confirmed.lock().unwrap().len(), self.seen.lock().unwrap().len())
    }
}

/// Publishes windows until told to stop; every message has one outcome, or was certainly not published.
async fn publish(broker: Broker, all: Arc<Account>) {
    let mut lane = broker.lane();
    while !all.stop.load(Ordering::Relaxed) {
        let window: Vec<_> = (0..50).map(|_| message(WANTED)).collect();
        match lane.window(&window, LIMIT).await {
            Ok(outcomes) => {
                assert_eq!(outcomes.len(), window.len());
                assert!(
                    outcomes.iter().all(|one| matches!(one, Outcome::Confirmed | Outcome::Unknown)),
                    "{outcomes:?}"
                );
                let became = window.into_iter().zip(outcomes);
                let confirmed = became.filter(|(_, outcome)| outcome.is_confirmed());
                all.confirmed.lock().unwrap().extend(confirmed.map(|(message, _)| message.properties.message_id));
            }
            Err(error) => {
                assert!(error.is_transient(), "{error:?}");
                timeout(LIMIT, broker.well()).await.unwrap().unwrap();
            }
        }
    }
}

async fn consume(mut deliveries: Deliveries, all: Arc<Account>) {
    while !all.end.load(Ordering::Relaxed) {
        // The wait is given up again and again, which must lose nothing.
        let Ok(delivery) = timeout(Duration::from_millis(50), deliveries.next()).await else {
            continue;
        };
        let delivery = delivery.unwrap().unwrap();
        let id = delivery.message_id().unwrap().to_owned();
        match delivery.ack().await {
            Ok(()) => drop(all.seen.lock().unwrap().insert(id)),
            Err(error) => assert!(error.is_not_settled(), "{error:?}"),
        }
    }
    deliveries.close().await.unwrap();
}
