use std::time::Duration;

use tokio::time::timeout;
use workout_consumer::{Broker, Prefetch};
use workout_events::amqp::Message;
use workout_events::{Event, WorkoutDeleted, WorkoutId};

/// Long enough for a loaded machine.
const LIMIT: Duration = Duration::from_secs(20);

pub(crate) fn deleted(revision: u32) -> Event<WorkoutDeleted> {
    Event::new("/tests", WorkoutDeleted::new(WorkoutId::generate(), revision)).unwrap()
}

pub(crate) async fn publish(broker: &Broker, event: &Event<WorkoutDeleted>) {
    publish_message(broker, Message::of(event).unwrap()).await;
}

pub(crate) async fn publish_message(broker: &Broker, message: Message) {
    assert!(broker.publish(message).await.unwrap().is_confirmed());
}

/// Waits, but not for ever.
pub(crate) async fn soon<T>(future: impl Future<Output = T>) -> T {
    timeout(LIMIT, future).await.unwrap()
}

/// The message that a queue has next.
pub(crate) async fn take(broker: &Broker, queue: &str) -> Vec<u8> {
    let mut deliveries = broker.consume(queue, Prefetch::default()).await.unwrap();
    let delivery = soon(deliveries.next()).await.unwrap().unwrap();
    let body = delivery.body().to_vec();
    delivery.ack().await.unwrap();
    body
}
