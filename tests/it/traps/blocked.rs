//! L7, L13: a publish that cannot be taken back, and how many are under way.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use lapin::BasicProperties;
use lapin::options::BasicPublishOptions;
use support::{own, wait};
use tokio::time::timeout;
use workout_broker::in_process::Server;
use workout_broker::{Broker, LinkState, Prefetch, Queue};
use workout_events::{Event, WorkoutDeleted, WorkoutId};
use workout_publisher::Publisher;

use super::{LIMIT, WHILE, declare, plain, ready};

const SHORT: Duration = Duration::from_secs(1);

/// L7: on a connection that the broker has blocked, a publish waits without limit; and who waits no longer has published
/// all the same. Ours ends with its deadline, and what it calls withdrawn is never published.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_given_up_while_the_broker_blocks_is_published_by_the_client_and_not_by_us() {
    let Some(node) = own::rabbitmq("").await else { return };
    let url = format!("{}/%2f", node.amqp_url());
    let theirs = plain(&url).await;
    let channel = theirs.create_channel().await.unwrap();
    declare(&channel, "theirs").await;
    let publish = |body: &'static [u8]| {
        let (options, properties) = (BasicPublishOptions::default(), BasicProperties::default());
        channel.basic_publish("".into(), "theirs".into(), options, body, properties)
    };
    let broker = Broker::connect(&url).await.unwrap();
    broker.declare(&Queue::new("ours").bind_type::<WorkoutDeleted>()).await.unwrap();
    // Its circuit breaker shall not have a part in this.
    let ours = Publisher::builder(broker.clone()).breaker(usize::MAX, SHORT).start();

    node.control(&["set_vm_memory_high_watermark", "0.00001"]).await;
    // The broker blocks a connection when something is published on it.
    publish(b"blocks").await.unwrap();
    wait::until("the client's connection is blocked", LIMIT, || async { theirs.status().blocked() }).await;
    assert!(timeout(WHILE, publish(b"given up")).await.is_err());
    wait::until("our publish link is blocked", LIMIT, || async {
        let _ = ours.publish_with_deadline(&event(), SHORT).await;
        broker.health().publishing.state == LinkState::Blocked
    })
    .await;
    let given_up = event();
    let error = timeout(LIMIT, ours.publish_with_deadline(&given_up, SHORT)).await.unwrap().unwrap_err();
    assert!(error.is_withdrawn(), "{error:?}");
    node.control(&["set_vm_memory_high_watermark", "0.6"]).await;

    wait::until("what was given up is in the client's queue", LIMIT, || async { ready(&url, "theirs").await == 2 })
        .await;
    let last = event();
    assert!(ours.publish_with_deadline(&last, LIMIT).await.unwrap().is_confirmed());
    let mut deliveries = broker.consume("ours", Prefetch::default()).await.unwrap();
    loop {
        let delivery = timeout(LIMIT, deliveries.next()).await.unwrap().unwrap().unwrap();
        let id = delivery.message_id().unwrap().to_owned();
        delivery.ack().await.unwrap();
        assert_ne!(id, given_up.id().to_string(), "it was withdrawn");
        if id == last.id().to_string() {
            break;
        }
    }
    deliveries.close().await.unwrap();
    let _ = ours.close(LIMIT).await;
    broker.close().await.unwrap();
    theirs.close(200, "OK".into()).await.unwrap();
}

/// L13: with some thousands under way every client is slower than with one thousand. A test is no place to measure that;
/// whoever asks for so many does not get them.
#[tokio::test]
async fn no_more_are_under_way_than_the_broker_takes_well() {
    const MOST: usize = 1_500;
    let server = Server::new();
    let broker = server.connect();
    broker.declare(&Queue::new("window").bind_type::<WorkoutDeleted>()).await.unwrap();
    server.hold_confirms();
    let mut windows = server.windows();
    let publisher = Publisher::builder(broker).window(10_000).start();
    let events: Arc<Vec<_>> = Arc::new((0..2 * MOST).map(|_| event()).collect());
    let publishing = tokio::spawn({
        let (publisher, events) = (publisher.clone(), Arc::clone(&events));
        async move { join_all(events.iter().map(|event| publisher.publish(event))).await }
    });
    let mut written = 0;
    while let Ok(window) = timeout(SHORT, windows.next()).await {
        written += window.len();
    }
    assert_eq!(written, MOST);
    server.release_confirms();
    assert!(publishing.await.unwrap().into_iter().all(|outcome| outcome.unwrap().is_confirmed()));
}

fn event() -> Event<WorkoutDeleted> {
    Event::new("/tests", WorkoutDeleted::new(WorkoutId::generate(), 2)).unwrap()
}
