use std::fmt::Debug;
use std::time::Duration;

use tokio::time::timeout;
use workout_broker::in_process::Server;
use workout_consumer::testing::Running;
use workout_consumer::{Broker, Consumer, ConsumerState, Prefetch};
use workout_events::amqp::{HeaderValue, Message};
use workout_events::{Event, WorkoutDeleted, WorkoutId};

/// Long enough for a loaded machine, and for every delay that a paused clock passes over.
const LIMIT: Duration = Duration::from_hours(2);

/// The queue of the consumer under test.
pub(crate) const QUEUE: &str = "tests.consumer";

/// What is published of a workout, told apart by its revision.
pub(crate) fn deleted(revision: u32) -> Event<WorkoutDeleted> {
    Event::new("/tests", WorkoutDeleted::new(WorkoutId::generate(), revision)).unwrap()
}

pub(crate) async fn publish(broker: &Broker, event: &Event<WorkoutDeleted>) {
    publish_message(broker, Message::of(event).unwrap()).await;
}

pub(crate) async fn publish_message(broker: &Broker, message: Message) {
    assert!(broker.publish(message).await.unwrap().is_confirmed());
}

/// Publishes events with the revisions from 1 on.
pub(crate) async fn publish_many(broker: &Broker, count: u32) {
    for revision in 1..=count {
        publish(broker, &deleted(revision)).await;
    }
}

/// Waits, but not for ever.
pub(crate) async fn soon<T>(future: impl Future<Output = T>) -> T {
    timeout(LIMIT, future).await.unwrap()
}

/// Waits until something is so that nobody tells of.
pub(crate) async fn until(holds: impl Fn() -> bool) {
    soon(async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
}

/// Runs a consumer whose queues are there by then.
pub(crate) async fn start<S: Send + Sync + 'static>(broker: &Broker, consumer: Consumer<S>) -> Running {
    let running = Running::start(broker, consumer).await;
    until(|| running.health.state() != ConsumerState::Starting).await;
    running
}

/// A server, and a connection for the test.
pub(crate) fn server() -> (Server, Broker) {
    let server = Server::seeded(1);
    let broker = server.connect();
    (server, broker)
}

/// A dead letter.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Dead {
    pub(crate) body: Vec<u8>,
    pub(crate) reason: String,
    pub(crate) attempts: i64,
    pub(crate) error: String,
    pub(crate) code: String,
}

/// The dead letters of the queue, which has none afterwards.
pub(crate) async fn dead_letters(server: &Server) -> Vec<Dead> {
    let (name, broker) = (format!("{QUEUE}.dead"), server.connect());
    let count = server.waiting(&name).unwrap();
    let mut deliveries = broker.consume(&name, Prefetch::default()).await.unwrap();
    let mut dead = Vec::new();
    for _ in 0..count {
        let delivery = soon(deliveries.next()).await.unwrap().unwrap();
        let text = |name| match delivery.header(name) {
            Some(HeaderValue::Text(text)) => text,
            _ => String::new(),
        };
        let attempts = match delivery.header("workout-attempts") {
            Some(HeaderValue::Integer(attempts)) => attempts,
            _ => -1,
        };
        let (reason, error, code) =
            (text("workout-dead-reason"), text("workout-dead-error"), text("workout-dead-code"));
        dead.push(Dead { body: delivery.body().to_vec(), reason, attempts, error, code });
        delivery.ack().await.unwrap();
    }
    deliveries.close().await.unwrap();
    dead
}

#[track_caller]
pub(crate) fn same<T: Ord + Debug>(mut one: Vec<T>, mut other: Vec<T>) {
    one.sort();
    other.sort();
    assert_eq!(one, other);
}
