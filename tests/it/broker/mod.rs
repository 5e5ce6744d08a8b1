//! The broker crate against a RabbitMQ that misbehaves.

mod lanes;

use workout_events::amqp::Message;
use workout_events::{Event, WorkoutDeleted, WorkoutId};

/// The routing key that a test's queue is bound to.
const WANTED: &str = "broker.wanted";

/// A message of its own id.
fn message(routing_key: &'static str) -> Message {
    let event = Event::new("/tests", WorkoutDeleted::new(WorkoutId::generate(), 2)).unwrap();
    let mut message = Message::of(&event).unwrap();
    message.routing_key = routing_key.into();
    message
}
