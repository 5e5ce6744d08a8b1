//! A RabbitMQ of the test's own, and the command at work on it.

use std::process::{Child, Command};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;
use support::rabbitmq::{self, Vhost};
use workout_broker::{Broker, Outcome, Prefetch, Queue};
use workout_events::amqp::Message;
use workout_events::types::user::UserErased;
use workout_events::{Event, EventType, TOPIC_EXCHANGE, UserId, WorkoutDeleted, WorkoutId};

use crate::command::{Run, command, feed};

/// The queue of a service.
pub(crate) const QUEUE: &str = "service";

pub(crate) struct Site {
    pub(crate) vhost: Vhost,
    pub(crate) broker: Broker,
}

impl Site {
    /// With a queue that hears what the topic exchange carries under this pattern.
    pub(crate) async fn with_queue(pattern: &str) -> Self {
        let vhost = rabbitmq::vhost().await;
        let broker = Broker::connect(&vhost.amqp_url()).await.unwrap();
        broker.declare(&Queue::new(QUEUE).bind(TOPIC_EXCHANGE, pattern)).await.unwrap();
        Self { vhost, broker }
    }

    /// The command, which knows of the broker.
    pub(crate) fn command<const N: usize>(&self, arguments: [&str; N]) -> Command {
        let mut command = command();
        command.args(arguments).env("AMQP_URL", self.vhost.amqp_url());
        command
    }

    /// Publishes these bytes.
    pub(crate) fn publish<const N: usize>(&self, options: [&str; N], input: &[u8]) -> Run {
        feed(self.command(["publish", "-"]).args(options), input, 1)
    }

    /// What is in the queue, which is then empty.
    pub(crate) async fn messages(&self) -> Vec<Vec<u8>> {
        // Comes after whatever was confirmed before.
        let last = Message::of(&deleted()).unwrap().body;
        let mut message = Message::of(&deleted()).unwrap();
        message.exchange = "".into();
        message.routing_key = QUEUE.into();
        message.body.clone_from(&last);
        assert_eq!(self.broker.publish(message).await.unwrap(), Outcome::Confirmed);
        let mut deliveries = self.broker.consume(QUEUE, Prefetch::default()).await.unwrap();
        let mut bodies = Vec::new();
        loop {
            let delivery = deliveries.next().await.unwrap().unwrap();
            let body = delivery.body().to_vec();
            delivery.ack().await.unwrap();
            if body == last {
                break;
            }
            bodies.push(body);
        }
        deliveries.close().await.unwrap();
        bodies
    }

    /// The URL of another user, who may write to the exchanges that match.
    pub(crate) async fn writer_to(&self, exchanges: &str) -> String {
        let (management, name) = (self.vhost.management(), self.vhost.name());
        management.put(&format!("users/{name}"), json!({ "password": "hunter2", "tags": "" })).await.unwrap();
        let rights = json!({ "configure": ".*", "write": exchanges, "read": ".*" });
        management.put(&format!("permissions/{name}/{name}"), rights).await.unwrap();
        let url = self.vhost.amqp_url();
        format!("amqp://{name}:hunter2@{}", url.rsplit_once('@').unwrap().1)
    }
}

/// Presses Ctrl-C.
pub(crate) fn interrupt(child: &Child) {
    kill_process(Pid::from_child(child), Signal::INT).unwrap();
}

/// An event that only the topic exchange carries.
pub(crate) fn deleted() -> Event<WorkoutDeleted> {
    Event::new("/test", WorkoutDeleted::new(WorkoutId::generate(), 1)).unwrap()
}

/// Events as lines.
pub(crate) fn lines<T: EventType>(events: &[Event<T>]) -> Vec<u8> {
    events.iter().flat_map(|event| [event.encode(), b"\n".to_vec()].concat()).collect()
}

/// An event about this user.
pub(crate) fn erased(user: UserId) -> Event<UserErased> {
    Event::new("/test", UserErased::new(user)).unwrap()
}
