//! The broker crate against a RabbitMQ that misbehaves.

pub(crate) mod certificates;
mod contract;
mod credentials;
mod lanes;
mod link;
mod slow;
mod starved;
mod streams;
mod timeout;
mod tls;
mod topology;

use std::time::Duration;

use serde_json::Value;
use support::rabbitmq::Vhost;
use support::wait;
use workout_events::amqp::Message;
use workout_events::{Event, WorkoutDeleted, WorkoutId};

pub(crate) use self::contract::RabbitMq;

/// The routing key that a test's queue is bound to.
pub(crate) const WANTED: &str = "broker.wanted";

/// A message of its own id.
pub(crate) fn message(routing_key: &'static str) -> Message {
    let event = Event::new("/tests", WorkoutDeleted::new(WorkoutId::generate(), 2)).unwrap();
    let mut message = Message::of(&event).unwrap();
    message.routing_key = routing_key.into();
    message
}

/// Closes both connections of a broker that has only just been connected.
pub(crate) async fn close_both_connections(vhost: &Vhost) {
    close_connections(vhost, 2).await;
}

/// Closes so many connections, which the management API takes seconds to show.
pub(crate) async fn close_connections(vhost: &Vhost, count: usize) {
    let path = format!("vhosts/{}/connections", vhost.name());
    let names = wait::value("the connections", Duration::from_secs(30), || async {
        let connections = vhost.management().get(&path).await.ok()?;
        let names: Vec<_> =
            connections.as_array()?.iter().filter_map(|one| one["name"].as_str()).map(encoded).collect();
        (names.len() == count).then_some(names)
    })
    .await;
    for name in names {
        let closed: Result<Value, String> = vhost.management().delete(&format!("connections/{name}")).await;
        closed.unwrap();
    }
}

/// `127.0.0.1:1 -> 127.0.0.1:2` as part of a path.
fn encoded(name: &str) -> String {
    name.replace(' ', "%20").replace('>', "%3E").replace(':', "%3A")
}
