//! What a test can do to a server inside the process, and what publishers and readers see of it.

mod consuming;
mod publishing;

use std::time::Duration;

use workout_broker::in_process::Server;
use workout_broker::{Broker, Deliveries, Outcome, Prefetch, Queue};
use workout_events::amqp::Message;

use crate::message;

const QUEUE: &str = "faults";
const LIMIT: Duration = Duration::from_secs(10);

async fn server() -> (Server, Broker) {
    let server = Server::seeded(1);
    let broker = server.connect();
    broker.declare(&Queue::new(QUEUE).bind("workout.events", "wanted")).await.unwrap();
    (server, broker)
}

fn messages<const N: usize>() -> [Message; N] {
    std::array::from_fn(|_| wanted())
}

fn wanted() -> Message {
    message("wanted")
}

fn unwanted() -> Message {
    message("unwanted")
}

async fn publish<const N: usize>(broker: &Broker) -> [Message; N] {
    let messages = messages();
    assert_eq!(broker.lane().window(&messages, LIMIT).await.unwrap(), [Outcome::Confirmed; N]);
    messages
}

async fn read(broker: &Broker) -> Deliveries {
    broker.consume(QUEUE, Prefetch::default()).await.unwrap()
}
