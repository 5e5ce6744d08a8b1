//! The broker inside the process, and the suite for all brokers. RabbitMQ passes the same suite in the workspace's
//! end-to-end tests.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report; clippy sees helpers as ordinary functions")]

mod delays;
mod faults;
mod handshake;
mod in_process;
mod mutants;
mod streams;
mod topology;
mod urls;

use workout_events::amqp::Message;
use workout_events::{Event, WorkoutDeleted, WorkoutId};

/// A message of its own id to the topic exchange.
fn message(routing_key: &'static str) -> Message {
    let event = Event::new("/tests", WorkoutDeleted::new(WorkoutId::generate(), 2)).unwrap();
    let mut message = Message::of(&event).unwrap();
    message.routing_key = routing_key.into();
    message
}
