//! What is in the dead-letter queue.

use workout_broker::Broker;
use workout_consumer::dead_letters::Filter;
use workout_consumer::{DeadLetter, DeadLetters};

use super::QUEUE;

/// Looks at the dead letters of a queue, which stay where they are.
pub(super) async fn letters(broker: &Broker) -> Vec<DeadLetter> {
    let mut reading = DeadLetters::new(broker, QUEUE).read(Filter::all()).await.unwrap();
    let mut found = Vec::new();
    while let Some(letter) = reading.next().await {
        found.push(letter.unwrap());
    }
    let _ = reading.close().await.unwrap();
    found
}

/// How many there are.
pub(super) async fn count(broker: &Broker) -> u64 {
    broker.depth(&format!("{QUEUE}.dead")).await.unwrap()
}
