//! What the cases are made of.

use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use tokio::time::{sleep, timeout};
use workout_events::amqp::Message;
use workout_events::{Event, TOPIC_EXCHANGE, WorkoutDeleted, WorkoutId};

use crate::broker::Broker;
use crate::delivery::{Deliveries, Delivery};
use crate::outcome::Outcome;
use crate::prefetch::Prefetch;
use crate::topology::Queue;

/// Long enough for a loaded machine.
pub(super) const LIMIT: Duration = Duration::from_secs(20);

/// How long we look for something that must not come.
const MOMENT: Duration = Duration::from_millis(200);

/// A message of its own id to the topic exchange.
pub(super) fn message(routing_key: &str) -> Message {
    let event = Event::new("/tests", WorkoutDeleted::new(WorkoutId::generate(), 2)).expect("the event is valid");
    let mut message = Message::of(&event).expect("the event is small");
    message.exchange = TOPIC_EXCHANGE.into();
    message.routing_key = routing_key.to_owned().into();
    message
}

/// A message of its own id to the queue of this name.
pub(super) fn to(queue: &str) -> Message {
    let mut message = message(queue);
    message.exchange = "".into();
    message
}

pub(super) fn messages(count: usize, routing_key: &str) -> Vec<Message> {
    (0..count).map(|_| message(routing_key)).collect()
}

pub(super) fn prefetch(messages: u32) -> Prefetch {
    Prefetch::new(messages).expect("the prefetch is within its limits")
}

/// Declares a queue that hears these routing keys of the topic; its name.
pub(super) async fn declare(broker: &Broker, name: &str, patterns: &[&str]) -> String {
    let queue = patterns.iter().fold(Queue::new(name), |queue, pattern| queue.bind(TOPIC_EXCHANGE, *pattern));
    broker.declare(&queue).await.expect("the queue is declared");
    queue.name().to_owned()
}

/// Publishes this many messages in one window, in order; their ids.
pub(super) async fn publish(broker: &Broker, count: usize, routing_key: &str) -> Vec<String> {
    let messages = messages(count, routing_key);
    assert_eq!(window(broker, &messages).await, vec![Outcome::Confirmed; count]);
    ids(messages)
}

pub(super) async fn window(broker: &Broker, messages: &[Message]) -> Vec<Outcome> {
    broker.lane().window(messages, LIMIT).await.expect("the window is published")
}

pub(super) fn ids(messages: impl IntoIterator<Item = Message>) -> Vec<String> {
    messages.into_iter().map(|message| message.properties.message_id).collect()
}

pub(super) fn id(delivery: &Delivery) -> &str {
    delivery.message_id().expect("the message has an id")
}

pub(super) async fn consume(broker: &Broker, queue: &str, messages: u32) -> Deliveries {
    broker.consume(queue, prefetch(messages)).await.expect("the queue is read")
}

pub(super) async fn next(deliveries: &mut Deliveries) -> Delivery {
    let next = timeout(LIMIT, deliveries.next()).await.expect("a message comes");
    next.expect("the subscription goes on").expect("the subscription does not fail")
}

/// The next messages, unsettled.
pub(super) async fn take(deliveries: &mut Deliveries, count: usize) -> Vec<Delivery> {
    let mut taken = Vec::new();
    for _ in 0..count {
        taken.push(next(deliveries).await);
    }
    taken
}

pub(super) fn ids_of(deliveries: &[Delivery]) -> Vec<&str> {
    deliveries.iter().map(id).collect()
}

pub(super) async fn ack(delivery: Delivery) {
    delivery.ack().await.expect("the message is settled");
}

pub(super) async fn close(deliveries: Deliveries) {
    deliveries.close().await.expect("the subscription ends");
}

/// Waits until this many messages of a queue wait for a reader. A settlement has no answer.
pub(super) async fn depth_becomes(broker: &Broker, queue: &str, want: u64) {
    let mut depth = None;
    let becomes = async {
        while depth != Some(want) {
            sleep(Duration::from_millis(10)).await;
            depth = Some(broker.depth(queue).await.expect("the broker answers"));
        }
    };
    let became = timeout(LIMIT, becomes).await;
    assert!(became.is_ok(), "{depth:?} and not {want} messages wait in {queue}");
}

pub(super) async fn nothing_comes(deliveries: &mut Deliveries) {
    let more = timeout(MOMENT, deliveries.next()).await;
    assert!(more.is_err(), "nothing should come, but {more:?} did");
}

/// How many messages there are in a queue, which is empty afterwards.
pub(super) async fn left(broker: &Broker, queue: &str) -> usize {
    let mut deliveries = consume(broker, queue, 1_000).await;
    let mut left = 0;
    while let Ok(next) = timeout(MOMENT, deliveries.next()).await {
        ack(next.expect("the subscription goes on").expect("the subscription does not fail")).await;
        left += 1;
    }
    close(deliveries).await;
    left
}

/// Takes this many messages off a queue, of which there must not be more; their ids.
pub(super) async fn drain(broker: &Broker, queue: &str, count: usize) -> Vec<String> {
    let mut deliveries = consume(broker, queue, 1_000).await;
    let mut ids = Vec::new();
    for delivery in take(&mut deliveries, count).await {
        ids.push(id(&delivery).to_owned());
        ack(delivery).await;
    }
    nothing_comes(&mut deliveries).await;
    close(deliveries).await;
    ids
}

/// Runs all of them at once, without a task for each: they borrow.
pub(super) async fn together<F: Future>(futures: impl Iterator<Item = F>) -> Vec<F::Output> {
    let mut futures: Vec<_> = futures.map(|future| (Box::pin(future), None)).collect();
    poll_fn(|context| {
        for (future, output) in futures.iter_mut().filter(|(_, output)| output.is_none()) {
            if let Poll::Ready(ready) = future.as_mut().poll(context) {
                *output = Some(ready);
            }
        }
        if futures.iter().all(|(_, output)| output.is_some()) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    futures.into_iter().filter_map(|(_, output)| output).collect()
}
