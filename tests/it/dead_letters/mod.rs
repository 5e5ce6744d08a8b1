//! Dead letters on RabbitMQ: looked at without being taken, replayed, and none of them lost.

mod counted;
mod killed;
mod moved;
mod order;

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use support::rabbitmq::{self, Vhost};
use support::wait;
use workout_broker::{Broker, Outcome, Prefetch, Queue};
use workout_consumer::dead_letters::{Filter, Progress, Replay, Report};
use workout_consumer::{DeadLetter, DeadLetters};
use workout_events::amqp::{HeaderValue, Message};
use workout_events::{Event, WorkoutDeleted, WorkoutId};

const QUEUE: &str = "stats.workouts";
const DEAD: &str = "stats.workouts.dead";

/// For everything, on a loaded machine.
const LIMIT: Duration = Duration::from_mins(1);

struct Site {
    vhost: Vhost,
    broker: Broker,
    dead: DeadLetters,
}

impl Site {
    /// With a queue whose messages may come back once.
    async fn new() -> Self {
        let site = Self::empty().await;
        site.broker.declare(&Queue::new(QUEUE).delivery_limit(1).bind_type::<WorkoutDeleted>()).await.unwrap();
        site
    }

    async fn empty() -> Self {
        let vhost = rabbitmq::vhost().await;
        let broker = Broker::connect(&vhost.amqp_url()).await.unwrap();
        let dead = DeadLetters::new(&broker, QUEUE);
        Self { vhost, broker, dead }
    }

    /// Puts so many letters to the dead ones, every third of which a handler rejected. Their ids.
    async fn bury(&self, count: usize) -> Vec<String> {
        let messages: Vec<_> = (0..count).map(|n| Arc::new(letter(n))).collect();
        let mut lane = self.broker.lane();
        for window in messages.chunks(500) {
            let outcomes = lane.window(window, LIMIT).await.unwrap();
            assert!(outcomes.iter().all(|outcome| *outcome == Outcome::Confirmed));
        }
        messages.iter().map(|message| message.properties.message_id.clone()).collect()
    }

    async fn publish(&self, message: Message) {
        assert_eq!(self.broker.publish(message).await.unwrap(), Outcome::Confirmed);
    }

    async fn letters(&self) -> Vec<DeadLetter> {
        let mut reading = self.dead.read(Filter::all()).await.unwrap();
        let mut letters = Vec::new();
        while let Some(letter) = reading.next().await {
            letters.push(letter.unwrap());
        }
        let report = reading.close().await.unwrap();
        assert!(report.is_complete(), "{report:?}");
        letters
    }

    async fn ids(&self) -> Vec<String> {
        self.letters().await.into_iter().map(|letter| letter.id.unwrap()).collect()
    }

    async fn replay(&self, filter: Filter) -> Report {
        self.dead.replay(Replay::of(filter), pending(), |_: Progress<'_>| {}).await.unwrap()
    }

    /// The ids of all messages in the queue, which is then empty.
    async fn work(&self) -> Vec<String> {
        let left = self.broker.depth(QUEUE).await.unwrap();
        let mut deliveries = self.broker.consume(QUEUE, Prefetch::new(1_000).unwrap()).await.unwrap();
        let mut ids = Vec::new();
        for _ in 0..left {
            let delivery = deliveries.next().await.unwrap().unwrap();
            ids.push(delivery.message_id().unwrap().to_owned());
            delivery.ack().await.unwrap();
        }
        deliveries.close().await.unwrap();
        ids
    }

    /// Waits until so many messages are in both queues together and with nobody. At least: an acknowledgement may be lost.
    async fn all_are_back(&self, count: u64) {
        wait::until("all letters are back", LIMIT, || async {
            let depths = [self.broker.depth(QUEUE).await, self.broker.depth(DEAD).await].map(Result::unwrap);
            depths.iter().sum::<u64>() >= count
        })
        .await;
    }
}

fn deleted() -> Message {
    let event = Event::new("/tests", WorkoutDeleted::new(WorkoutId::generate(), 1)).unwrap();
    Message::of(&event).unwrap()
}

fn letter(n: usize) -> Message {
    let mut message = deleted();
    (message.exchange, message.routing_key) = ("".into(), DEAD.into());
    let reason = if n.is_multiple_of(3) { "rejected" } else { "exhausted" };
    let texts = [
        ("workout-exchange", "workout.events"),
        ("workout-routing-key", "workout.deleted"),
        ("workout-dead-reason", reason),
        ("workout-dead-time", "2026-11-21T08:00:00Z"),
        ("workout-dead-queue", QUEUE),
    ];
    message.headers.extend(texts.map(|(name, text)| (name.into(), HeaderValue::Text(text.to_owned()))));
    message
}
