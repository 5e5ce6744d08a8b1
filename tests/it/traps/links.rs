//! L4, L5, L6: links that look alive and are not.

use std::time::Duration;

use lapin::message::Delivery;
use lapin::options::{BasicAckOptions, BasicConsumeOptions, QueueDeclareOptions};
use lapin::types::FieldTable;
use lapin::{Channel, Connection, ConnectionProperties, Consumer};
use support::{own, rabbitmq, wait};
use tokio::time::timeout;
use workout_broker::{Broker, LinkState, Outcome, Prefetch, Queue};

use super::forwarder::Forwarder;
use super::{LIMIT, WHILE, declare, fill, next, plain, recovering};
use crate::broker::{WANTED, close_connections, message};

/// L4: its recovery has a last attempt. Ours has none.
#[tokio::test(flavor = "multi_thread")]
async fn a_broker_that_is_away_for_long_is_given_up_by_the_client_and_not_by_us() {
    let vhost = rabbitmq::vhost().await;
    let (_, host_and_path) = vhost.amqp_url().split_once('@').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    let (host, path) = host_and_path.split_once('/').unwrap();
    let mut way = Forwarder::to(host).await;
    let url = format!("amqp://guest:guest@{}/{path}", way.here());
    // Its 16 attempts, which take eleven minutes, cut down to two quick ones.
    let properties = ConnectionProperties::default().enable_auto_recover();
    let short = Duration::from_millis(100);
    let properties =
        properties.configure_backoff(|backoff| backoff.with_max_times(2).with_min_delay(short).with_max_delay(short));
    let theirs = Connection::connect(&url, properties).await.unwrap();
    let ours = Broker::connect(&url).await.unwrap();
    ours.declare(&Queue::new("away").bind("workout.events", WANTED)).await.unwrap();

    way.cut();
    wait::until("both of our links are lost, and theirs", LIMIT, || async {
        let health = ours.health();
        !theirs.status().connected() && [health.publishing.state, health.consuming.state] == [LinkState::Down; 2]
    })
    .await;
    // Long enough for two attempts.
    let back = || wait::until("the client is back", LIMIT, || async { theirs.status().connected() });
    assert!(timeout(2 * WHILE, back()).await.is_err());
    way.open().await;
    timeout(LIMIT, ours.well()).await.unwrap().unwrap();
    assert_eq!(ours.publish(message(WANTED)).await.unwrap(), Outcome::Confirmed);
    assert!(timeout(WHILE, back()).await.is_err());
    ours.close().await.unwrap();
}

/// L5: the broker closes a channel, for a message that was held too long. A consumer of a connection that is to recover
/// says so once, and then waits for ever. Ours reads on, on another channel.
#[tokio::test(flavor = "multi_thread")]
async fn a_channel_that_the_broker_closes_silences_the_client_s_consumer_and_not_ours() {
    let Some(node) = own::rabbitmq("").await else { return };
    // How long a message may be held, and how often the broker looks: for the channels that are opened from now on.
    for setting in ["consumer_timeout, 1000", "channel_tick_interval, 500"] {
        node.control(&["eval", &format!("application:set_env(rabbit, {setting}).")]).await;
    }
    let url = format!("{}/%2f", node.amqp_url());
    let recovering = recovering(&url).await;
    let mut recovers = Reader::of_one_message(&recovering, &url, "recovers").await;
    let plain = plain(&url).await;
    let mut ends = Reader::of_one_message(&plain, &url, "ends").await;

    let ours = Broker::connect(&url).await.unwrap();
    ours.declare(&Queue::new("ours").bind("workout.events", WANTED)).await.unwrap();
    assert_eq!(ours.publish(message(WANTED)).await.unwrap(), Outcome::Confirmed);
    let mut deliveries = ours.consume("ours", Prefetch::default()).await.unwrap();
    let held_too = timeout(LIMIT, deliveries.next()).await.unwrap().unwrap().unwrap();

    // The message that was held too long comes again, on another channel.
    let again = timeout(LIMIT, deliveries.next()).await.unwrap().unwrap().unwrap();
    assert!(again.redelivered() && again.message_id() == held_too.message_id());
    again.ack().await.unwrap();
    assert!(held_too.ack().await.unwrap_err().is_not_settled());
    assert_eq!(ours.health().consuming.generation, 1, "{}", ours.health());

    // Both of theirs are told once. After that the one that is to recover neither does so nor ends.
    for reader in [&mut recovers, &mut ends] {
        assert!(timeout(LIMIT, next(&mut reader.consumer)).await.unwrap().unwrap().is_err());
        assert!(!reader.channel.status().connected());
    }
    assert!(timeout(LIMIT, next(&mut ends.consumer)).await.unwrap().is_none());
    assert!(timeout(2 * WHILE, next(&mut recovers.consumer)).await.is_err());
    assert!(recovering.status().connected() && !recovers.channel.status().connected());
    for connection in [recovering, plain] {
        connection.close(200, "OK".into()).await.unwrap();
    }
    deliveries.close().await.unwrap();
    ours.close().await.unwrap();
}

/// A consumer of the client, and the message that it holds.
struct Reader {
    channel: Channel,
    consumer: Consumer,
    _held: Delivery,
}

impl Reader {
    async fn of_one_message(connection: &Connection, url: &str, queue: &str) -> Self {
        let channel = connection.create_channel().await.unwrap();
        declare(&channel, queue).await;
        let options = BasicConsumeOptions::default();
        let mut consumer =
            channel.basic_consume(queue.into(), "".into(), options, FieldTable::default()).await.unwrap();
        fill(url, queue, 1).await;
        let held = timeout(LIMIT, next(&mut consumer)).await.unwrap().unwrap().unwrap();
        Self { channel, consumer, _held: held }
    }
}

/// L6: a queue that the broker has named has another name after a recovery. Ours all have names of our own.
#[tokio::test(flavor = "multi_thread")]
async fn a_queue_that_the_broker_names_is_lost_with_its_connection() {
    let vhost = rabbitmq::vhost().await;
    let theirs = recovering(&vhost.amqp_url()).await;
    let channel = theirs.create_channel().await.unwrap();
    let options = QueueDeclareOptions { exclusive: true, ..QueueDeclareOptions::default() };
    let queue = channel.queue_declare("".into(), options, FieldTable::default()).await.unwrap();
    let name = queue.name().as_str().to_owned();
    close_connections(&vhost, 1).await;
    wait::until("the client has recovered", LIMIT, || async { theirs.status().connected() }).await;
    let queues = vhost.management().get(&format!("queues/{}", vhost.name())).await.unwrap();
    let found = queues.as_array().unwrap().iter().any(|queue| queue["name"] == *name);
    assert!(!found, "{queues}");
    let broker = Broker::connect(&vhost.amqp_url()).await.unwrap();
    assert!(broker.declare(&Queue::new("")).await.unwrap_err().is_invalid());
    broker.close().await.unwrap();
}

/// L10: what was handed out before a recovery is acknowledged to nobody, which is told as `Ok(false)`.
#[tokio::test(flavor = "multi_thread")]
async fn an_acknowledgement_after_a_recovery_reaches_nobody() {
    let vhost = rabbitmq::vhost().await;
    let theirs = recovering(&vhost.amqp_url()).await;
    let channel = theirs.create_channel().await.unwrap();
    declare(&channel, "late").await;
    let options = BasicConsumeOptions::default();
    let mut consumer = channel.basic_consume("late".into(), "".into(), options, FieldTable::default()).await.unwrap();
    fill(&vhost.amqp_url(), "late", 1).await;
    let held = timeout(LIMIT, next(&mut consumer)).await.unwrap().unwrap().unwrap();
    close_connections(&vhost, 1).await;
    wait::until("the link is lost and back", LIMIT, || async { theirs.status().connected() }).await;
    assert!(!matches!(held.ack(BasicAckOptions::default()).await, Ok(true)));
}
