use std::future::pending;

use workout_broker::in_process::Server;
use workout_broker::{Deliveries, Delivery};
use workout_consumer::dead_letters::{Filter, Progress, Replay, Report};
use workout_consumer::{Broker, DeadLetter, DeadLetters, Prefetch, Queue, Reason};
use workout_events::amqp::{HeaderValue, Message};
use workout_events::jiff::Timestamp;
use workout_events::{Event, WorkoutDeleted};

use crate::support::{deleted, publish_message, soon};

pub(super) const QUEUE: &str = "tests.letters";
pub(super) const DEAD: &str = "tests.letters.dead";

/// A queue with dead letters.
pub(super) struct Site {
    pub(super) server: Server,
    pub(super) broker: Broker,
    pub(super) dead: DeadLetters,
}

impl Site {
    pub(super) async fn new() -> Self {
        let server = Server::seeded(1);
        let broker = server.connect();
        broker.declare(&Queue::new(QUEUE).bind_type::<WorkoutDeleted>()).await.unwrap();
        let dead = DeadLetters::new(&broker, QUEUE);
        Self { server, broker, dead }
    }

    /// So many of ours, which died at these seconds one after another.
    pub(super) async fn with_letters(count: u32) -> (Self, Vec<Event<WorkoutDeleted>>) {
        let site = Self::new().await;
        let mut events = Vec::new();
        for n in 0..count {
            let event = deleted(n + 1);
            site.bury(&event, Reason::Exhausted, n.into(), []).await;
            events.push(event);
        }
        (site, events)
    }

    /// What the consumer publishes when it gives up.
    pub(super) async fn bury<const N: usize>(
        &self,
        event: &Event<WorkoutDeleted>,
        reason: Reason,
        second: i64,
        more: [(&'static str, &str); N],
    ) {
        let mut message = Message::of(event).unwrap();
        let died = at(second).to_string();
        (message.exchange, message.routing_key) = ("".into(), DEAD.into());
        let texts = [
            ("workout-exchange", "workout.events"),
            ("workout-routing-key", "workout.deleted"),
            ("workout-dead-reason", reason.as_str()),
            ("workout-dead-time", &died),
            ("workout-dead-queue", QUEUE),
        ];
        let texts = texts.into_iter().chain(more).map(|(name, text)| (name, HeaderValue::Text(text.to_owned())));
        let headers = texts.chain([("workout-attempts", HeaderValue::Integer(5))]);
        message.headers.extend(headers.map(|(name, value)| (name.into(), value)));
        publish_message(&self.broker, message).await;
    }

    /// All that there are, in their order.
    pub(super) async fn letters(&self) -> Vec<DeadLetter> {
        self.meant(Filter::all()).await
    }

    pub(super) async fn meant(&self, filter: Filter) -> Vec<DeadLetter> {
        let mut reading = self.dead.read(filter).await.unwrap();
        let mut letters = Vec::new();
        while let Some(letter) = soon(reading.next()).await {
            letters.push(letter.unwrap());
        }
        let report = reading.close().await.unwrap();
        assert_eq!(report.meant, letters.len() as u64);
        letters
    }

    pub(super) async fn replay(&self, replay: Replay) -> Report {
        soon(self.dead.replay(replay, pending(), |_: Progress<'_>| {})).await.unwrap()
    }

    pub(super) async fn consume(&self) -> Deliveries {
        self.broker.consume(QUEUE, Prefetch::default()).await.unwrap()
    }

    /// How many messages there are to work on, and how many dead letters.
    pub(super) fn waiting(&self) -> [usize; 2] {
        [QUEUE, DEAD].map(|queue| {
            assert_eq!(self.server.unsettled(queue), 0);
            self.server.waiting(queue).unwrap()
        })
    }
}

pub(super) async fn next(deliveries: &mut Deliveries) -> Delivery {
    soon(deliveries.next()).await.unwrap().unwrap()
}

pub(super) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

pub(super) fn ids(letters: &[DeadLetter]) -> Vec<String> {
    letters.iter().map(|letter| letter.id.clone().unwrap()).collect()
}

pub(super) fn text(delivery: &Delivery, name: &str) -> Option<String> {
    match delivery.header(name)? {
        HeaderValue::Text(text) => Some(text),
        other => panic!("{other:?}"),
    }
}

/// Expects the same in the same order, and says where it begins to differ.
#[track_caller]
pub(super) fn check_order(got: &[String], want: &[String]) {
    let same = got.iter().zip(want).take_while(|(got, want)| got == want).count();
    assert!(got == want, "{} instead of {}, the same up to {same}", got.len(), want.len());
}
