//! Services in JavaScript that publish to RabbitMQ and consume from it into a database, as the guide has them.

use support::rabbitmq::{self, Vhost};
use support::{postgres, wait};
use tokio::task::spawn_blocking;
use workout_broker::{Broker, Outcome, Prefetch, Queue, Topology};
use workout_events::amqp::Message;
use workout_events::{Event, WorkoutPerformed};
use workout_publisher::Publisher;

use super::clients;
use super::cloudevents::performed;
use super::scripts::{LIMIT, Script, documented, is_read, schema};

#[tokio::test(flavor = "multi_thread")]
async fn javascript_publishes_what_we_read_and_hears_when_nobody_wants_it() {
    let vhost = rabbitmq::vhost().await;
    let broker = Broker::connect(&vhost.amqp_url()).await.unwrap();
    broker.apply(&Topology::new()).await.unwrap();
    let refused = published(&vhost).await.unwrap_err();
    assert!(refused.contains("no queue wants the event"), "{refused}");

    broker.declare(&Queue::new("gym.people").bind_type::<WorkoutPerformed>()).await.unwrap();
    let id = published(&vhost).await.unwrap();
    let mut deliveries = broker.consume("gym.people", Prefetch::default()).await.unwrap();
    let delivery = deliveries.next().await.unwrap().unwrap();
    let message = delivery.message();
    let event = Event::<WorkoutPerformed>::decode(&message.body).unwrap();
    assert_eq!((event.source(), event.id().to_string().as_str()), ("/treadmill", id.trim()));
    // The id that everybody else derives from the same fact, and the properties that everybody else sets.
    assert_eq!(event.id(), Event::new("/rust", event.data().clone()).unwrap().id());
    let ours = Message::of(&event).unwrap();
    assert_eq!(message.properties, ours.properties);
    delivery.ack().await.unwrap();
    deliveries.close().await.unwrap();
    broker.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn javascript_counts_an_event_once_whatever_comes_twice_or_late() {
    let (vhost, database) = tokio::join!(rabbitmq::vhost(), postgres::database());
    let broker = Broker::connect(&vhost.amqp_url()).await.unwrap();
    broker.apply(&Topology::new()).await.unwrap();
    let ((_folder, path), (_schemas, schema)) = (documented("consume.js"), schema());
    let start = || {
        let mut command = clients::node_command(&path);
        Script::start(command.arg(vhost.amqp_url()).arg(&schema).arg(database.url()))
    };
    let mut theirs = start();
    is_read(&vhost, "gym.hours").await;

    let publisher = Publisher::new(broker.clone());
    for (revision, want) in [(2, "new"), (1, "new"), (2, "seen")] {
        let event = Event::new("/rust", performed(revision)).unwrap();
        assert_eq!(publisher.publish(&event).await.unwrap(), Outcome::Confirmed);
        assert_eq!(theirs.line().await, format!("{want} {}", event.id()));
    }
    let mut spoiled = Message::of(&Event::new("/rust", performed(3)).unwrap()).unwrap();
    spoiled.body = b"{}".to_vec();
    assert_eq!(broker.publish(spoiled).await.unwrap(), Outcome::Confirmed);
    assert_eq!(theirs.line().await, "refused");
    wait::until("it is a dead letter", LIMIT, || async { broker.depth("gym.hours.dead").await.unwrap() == 1 }).await;

    // Another process knows what this one has seen.
    drop(theirs);
    let mut theirs = start();
    is_read(&vhost, "gym.hours").await;
    let event = Event::new("/rust", performed(1)).unwrap();
    assert_eq!(publisher.publish(&event).await.unwrap(), Outcome::Confirmed);
    assert_eq!(theirs.line().await, format!("seen {}", event.id()));

    let pool = sqlx::PgPool::connect(&database.url()).await.unwrap();
    let kept: Vec<(i32, i32)> =
        sqlx::query_as("SELECT revision, seconds FROM workouts").fetch_all(&pool).await.unwrap();
    assert_eq!(kept, [(2, 3_600)]);
    pool.close().await;
    drop(theirs);
    assert!(publisher.close(LIMIT).await.left.is_empty());
    broker.close().await.unwrap();
}

/// What `publish.js` prints, or what it says when it fails.
async fn published(vhost: &Vhost) -> Result<String, String> {
    let url = vhost.amqp_url();
    spawn_blocking(move || {
        let (_folder, path) = documented("publish.js");
        let output = clients::node_command(path).arg(url).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) }
    })
    .await
    .unwrap()
}
