//! A reader that settles nothing for so long that RabbitMQ closes its channel (406): on a server of its own, for the limit
//! holds for all.

use std::time::Duration;

use support::{own, wait};
use tokio::time::timeout;
use workout_broker::topology::HISTORY;
use workout_broker::{Broker, Deliveries, Delivery, Outcome, Prefetch, Queue, Start, Topology};

use super::{WANTED, message};

const LIMIT: Duration = Duration::from_mins(1);

/// RabbitMQ looks once a minute unless told otherwise.
const IMPATIENT: &str = "[application:set_env(rabbit, Key, Value) || {Key, Value} <- \
                         [{consumer_timeout, 2000}, {channel_tick_interval, 500}]].";

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_settles_nothing_in_time_gets_it_again_and_harms_no_other() {
    let Some(node) = own::rabbitmq("").await else { return };
    node.control(&["eval", IMPATIENT]).await;
    let broker = Broker::connect(&node.amqp_url()).await.unwrap();
    let topology = ["slow", "busy"].map(|name| Queue::new(name).bind("workout.events", WANTED));
    broker.apply(&topology.into_iter().fold(Topology::new().history(LIMIT), Topology::queue)).await.unwrap();
    let mut deliveries = read(&broker, "slow").await;
    let mut busy = read(&broker, "busy").await;
    let mut stream = broker.consume_from(HISTORY, Start::First, Prefetch::default()).await.unwrap();
    let messages = [message(WANTED), message(WANTED)];
    assert_eq!(broker.lane().window(&messages, LIMIT).await.unwrap(), [Outcome::Confirmed; 2]);

    let late = [next(&mut deliveries).await, next(&mut deliveries).await];
    // The channel is closed while this waits, and the reader subscribes again by itself.
    for (late, message) in late.into_iter().zip(&messages) {
        let again = next(&mut deliveries).await;
        assert_eq!((again.message_id(), again.redelivered()), (Some(&*message.properties.message_id), true));
        let error = late.ack().await.unwrap_err();
        assert!(error.is_not_settled() && error.is_transient(), "{error:?}");
        again.ack().await.unwrap();
    }
    deliveries.close().await.unwrap();

    // Whoever does something else meanwhile is told with the settlement, and reads on.
    let late = next(&mut busy).await;
    let first = next(&mut stream).await;
    assert_eq!(first.offset(), Some(0));
    let more: Vec<_> = (0..5).map(|_| message(WANTED)).collect();
    assert_eq!(broker.lane().window(&more, LIMIT).await.unwrap(), [Outcome::Confirmed; 5]);
    let ready = || async { broker.depth("busy").await.unwrap() == 7 };
    wait::until("the channel of the busy reader is closed", LIMIT, ready).await;
    assert!(late.ack().await.unwrap_err().is_not_settled());
    for _ in 0..7 {
        next(&mut busy).await.ack().await.unwrap();
    }
    busy.close().await.unwrap();
    for offset in 1..7 {
        let delivery = next(&mut stream).await;
        assert_eq!(delivery.offset(), Some(offset), "nothing is left out or doubled");
        delivery.ack().await.unwrap();
    }
    first.ack().await.unwrap();
    stream.close().await.unwrap();
    let health = broker.health();
    assert_eq!((health.publishing.generation, health.consuming.generation), (1, 1), "only channels were closed");
    for queue in ["slow", "busy"] {
        assert_eq!(broker.depth(queue).await.unwrap(), if queue == "slow" { 5 } else { 0 });
        assert_eq!(broker.depth(&Queue::new(queue).dead_letter_name()).await.unwrap(), 0);
    }
    broker.close().await.unwrap();
}

async fn read(broker: &Broker, queue: &str) -> Deliveries {
    broker.consume(queue, Prefetch::default()).await.unwrap()
}

async fn next(deliveries: &mut Deliveries) -> Delivery {
    timeout(LIMIT, deliveries.next()).await.unwrap().unwrap().unwrap()
}
