//! Delays in memory: under tokio's clock, and without a task.

use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::{Instant, advance};
use workout_broker::in_process::Server;
use workout_broker::topology::RETRIES;
use workout_broker::{Broker, Delivery, Outcome, Prefetch, Queue};
use workout_events::amqp::Message;

use crate::message;

fn queue() -> Queue {
    Queue::new("work").bind("workout.events", "wanted").retries(&RETRIES)
}

fn to(queue: &str) -> Message {
    let mut message = message("");
    (message.exchange, message.routing_key) = ("".into(), queue.to_owned().into());
    message
}

async fn server() -> (Server, Broker) {
    let server = Server::new();
    let broker = server.connect();
    broker.declare(&queue()).await.unwrap();
    (server, broker)
}

/// Who waits is woken when a shorter delay begins meanwhile; and nothing else has to happen.
#[tokio::test(start_paused = true)]
async fn each_delay_is_over_on_time_and_leaves_no_task_behind() {
    let (server, broker) = server().await;
    let mut deliveries = broker.consume("work", Prefetch::default()).await.unwrap();
    let start = Instant::now();
    let reader = tokio::spawn(async move {
        let mut came = Vec::new();
        for _ in 0..RETRIES.len() {
            let delivery: Delivery = deliveries.next().await.unwrap().unwrap();
            came.push(start.elapsed());
            delivery.ack().await.unwrap();
        }
        came
    });
    for delay in RETRIES.iter().rev() {
        tokio::task::yield_now().await;
        assert_eq!(broker.publish(to(&queue().retry_name(*delay))).await.unwrap(), Outcome::Confirmed);
    }
    assert_eq!(reader.await.unwrap(), RETRIES);

    assert_eq!(broker.publish(to("work.retry.5m")).await.unwrap(), Outcome::Confirmed);
    drop((server, broker));
    assert_eq!(Handle::current().metrics().num_alive_tasks(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_delay_is_over_on_time_for_whoever_looks() {
    let (server, broker) = server().await;
    assert_eq!(broker.publish(to("work.retry.5s")).await.unwrap(), Outcome::Confirmed);
    let waiting = || [server.waiting("work.retry.5s"), server.waiting("work")];
    advance(Duration::from_millis(4_999)).await;
    assert_eq!(waiting(), [Some(1), Some(0)]);
    advance(Duration::from_millis(1)).await;
    assert_eq!(waiting(), [Some(0), Some(1)]);
}

/// As it does with a queue that confirms within the broker what it moves.
#[tokio::test(start_paused = true)]
async fn what_has_nowhere_to_go_stays_until_it_has() {
    let (server, broker) = server().await;
    let mut deliveries = broker.consume("work", Prefetch::default()).await.unwrap();
    assert_eq!(broker.publish(to("work")).await.unwrap(), Outcome::Confirmed);
    server.delete_queue("work.dead");
    deliveries.next().await.unwrap().unwrap().reject().await.unwrap();
    assert_eq!(broker.publish(to("work.retry.1s")).await.unwrap(), Outcome::Confirmed);
    drop(deliveries);
    broker.declare(&queue()).await.unwrap();
    assert_eq!((server.waiting("work.dead"), server.waiting("work")), (Some(1), Some(0)));

    server.delete_queue("work");
    advance(Duration::from_mins(1)).await;
    broker.declare(&queue()).await.unwrap();
    assert_eq!((server.waiting("work.dead"), server.waiting("work")), (Some(1), Some(1)));
}
