use std::collections::BTreeSet;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use lapin::options::{BasicPublishOptions, ConfirmSelectOptions, QueueDeclareOptions};
use lapin::types::{FieldTable, ShortString};
use lapin::{BasicProperties, Channel, Connection, ConnectionProperties};
use support::rabbitmq;
use workout_broker::{Broker, Outcome, Queue};
use workout_events::amqp::Message;

use super::{WANTED, message};

const LIMIT: Duration = Duration::from_mins(1);
const QUEUE: &str = "broker.lanes";

#[tokio::test(flavor = "multi_thread")]
async fn of_ten_thousand_pipelined_messages_exactly_the_unroutable_ones_are_returned() {
    const ROUNDS: u32 = 5;
    let vhost = rabbitmq::vhost().await;
    let broker = Broker::connect(&vhost.amqp_url()).await.unwrap();
    broker.declare(&Queue::new(QUEUE).bind("workout.events", WANTED)).await.unwrap();
    for _ in 0..ROUNDS {
        let unroutable = some_of(10_000, 300);
        let messages: Arc<Vec<_>> =
            Arc::new((0..10_000).map(|n| message(if unroutable.contains(&n) { "unwanted" } else { WANTED })).collect());
        let outcomes = through_three_lanes(&broker, &messages).await;
        for (n, outcome) in outcomes {
            let want = if unroutable.contains(&n) { Outcome::Returned } else { Outcome::Confirmed };
            assert_eq!(outcome, want, "message {n}");
        }
    }
    broker.close().await.unwrap();
    let (_connection, channel) = raw(&vhost.amqp_url()).await;
    let look = QueueDeclareOptions { passive: true, ..QueueDeclareOptions::default() };
    let queue = channel.queue_declare(QUEUE.into(), look, FieldTable::default()).await.unwrap();
    assert_eq!(queue.message_count(), ROUNDS * 9_700);
}

/// The trap that lanes avoid (RELIABILITY, L1). How often it snaps depends on the timing within the broker; it has to
/// be seen once in so many rounds, or the client has changed and the guard can go.
#[tokio::test(flavor = "multi_thread")]
async fn the_client_alone_calls_the_wrong_messages_returned() {
    let vhost = rabbitmq::vhost().await;
    let broker = Broker::connect(&vhost.amqp_url()).await.unwrap();
    broker.declare(&Queue::new(QUEUE).bind("workout.events", WANTED)).await.unwrap();
    let (_connection, channel) = raw(&vhost.amqp_url()).await;
    channel.confirm_select(ConfirmSelectOptions::default()).await.unwrap();
    let mut wrong = 0;
    for _ in 0..300 {
        let messages: Vec<_> = (0..200).map(|n| message(if n % 20 == 7 { "unwanted" } else { WANTED })).collect();
        let mut confirms = Vec::new();
        for message in &messages {
            let options = BasicPublishOptions { mandatory: true, ..BasicPublishOptions::default() };
            let properties = BasicProperties::default().with_message_id(message.properties.message_id.as_str().into());
            let (exchange, routing_key) = ((&*message.exchange).into(), (&*message.routing_key).into());
            let sent = channel.basic_publish(exchange, routing_key, options, &message.body, properties);
            confirms.push(sent.await.unwrap());
        }
        for (message, confirm) in messages.iter().zip(confirms) {
            let carried = confirm.await.unwrap().take_message();
            let said = carried.is_some();
            let id = carried.as_ref().and_then(|carried| carried.properties.message_id().as_ref());
            let own = id.map(ShortString::as_str) == Some(message.properties.message_id.as_str());
            wrong += usize::from(said != (message.routing_key != WANTED) || said && !own);
        }
        if wrong > 0 {
            break;
        }
    }
    assert!(wrong > 0, "the client attributes returned messages rightly");
    broker.close().await.unwrap();
}

async fn through_three_lanes(broker: &Broker, messages: &Arc<Vec<Message>>) -> Vec<(usize, Outcome)> {
    const LANES: usize = 3;
    const WINDOW: usize = 500;
    let lanes = [0, 1, 2].map(|first| {
        let (mut lane, messages) = (broker.lane(), Arc::clone(messages));
        tokio::spawn(async move {
            let mut outcomes = Vec::new();
            for (n, window) in messages.chunks(WINDOW).enumerate().skip(first).step_by(LANES) {
                let became = lane.window(window, LIMIT).await.unwrap();
                assert_eq!(became.len(), window.len());
                outcomes.extend((n * WINDOW..).zip(became));
            }
            outcomes
        })
    });
    let mut outcomes = Vec::new();
    for lane in lanes {
        outcomes.extend(lane.await.unwrap());
    }
    assert_eq!(outcomes.len(), messages.len());
    outcomes
}

/// So many of the numbers below `all`, other ones each time.
fn some_of(all: usize, so_many: usize) -> BTreeSet<usize> {
    let random = RandomState::new();
    let mut numbers: Vec<_> = (0..all).collect();
    numbers.sort_by_key(|n| random.hash_one(n));
    numbers.into_iter().take(so_many).collect()
}

async fn raw(url: &str) -> (Connection, Channel) {
    let connection = Connection::connect(url, ConnectionProperties::default()).await.unwrap();
    let channel = connection.create_channel().await.unwrap();
    (connection, channel)
}
