//! What the cases are made of.

use std::fmt::Debug;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{sleep, timeout};
use workout_broker::Broker;
use workout_events::amqp::Message;
use workout_events::{Event, WorkoutDeleted, WorkoutId};

use crate::dead_letters::{DeadLetter, DeadLetters, Filter};

/// The queue of the consumer.
pub(super) const QUEUE: &str = "contract.consumer";

/// Long enough for a loaded machine.
const LIMIT: Duration = Duration::from_mins(1);

/// How long we look for something that must not come.
pub(super) const MOMENT: Duration = Duration::from_millis(200);

/// An event of a workout of its own, told apart by its revision.
pub(super) fn deleted(revision: u32) -> Event<WorkoutDeleted> {
    Event::new("/tests", WorkoutDeleted::new(WorkoutId::generate(), revision)).expect("the event is valid")
}

pub(super) async fn publish(broker: &Broker, event: &Event<WorkoutDeleted>) {
    publish_message(broker, Message::of(event).expect("the event is small")).await;
}

pub(super) async fn publish_message(broker: &Broker, message: Message) {
    let outcome = broker.publish(message).await.expect("the message is published");
    assert!(outcome.is_confirmed(), "{outcome:?}");
}

/// Publishes events with these revisions, in their order.
pub(super) async fn publish_many(broker: &Broker, revisions: impl IntoIterator<Item = u32>) {
    let events = revisions.into_iter().map(|revision| Message::of(&deleted(revision)).expect("the event is small"));
    let messages: Vec<_> = events.collect();
    let outcomes = broker.lane().window(&messages, LIMIT).await.expect("the window is published");
    assert!(outcomes.iter().all(|outcome| outcome.is_confirmed()), "{outcomes:?}");
}

/// What handlers have seen, in that order.
#[derive(Debug)]
pub(super) struct Seen<T>(Arc<Mutex<Vec<T>>>);

impl<T: Clone> Seen<T> {
    pub(super) fn note(&self, what: T) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(what);
    }

    pub(super) fn all(&self) -> Vec<T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn count(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

impl<T> Clone for Seen<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Default for Seen<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

/// Waits, but not for ever.
pub(super) async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    timeout(LIMIT, future).await.unwrap_or_else(|_| panic!("it takes too long until {what}"))
}

/// Waits until something is so that nobody tells of.
pub(super) async fn until(what: &str, holds: impl Fn() -> bool) {
    soon(what, async {
        while !holds() {
            sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
}

/// How many dead letters there are.
pub(super) async fn dead(broker: &Broker) -> u64 {
    depth(broker, &format!("{QUEUE}.dead")).await
}

pub(super) async fn depth(broker: &Broker, queue: &str) -> u64 {
    broker.depth(queue).await.expect("the broker answers")
}

/// Waits until this many messages of a queue wait. A settlement has no answer.
pub(super) async fn depth_becomes(broker: &Broker, queue: &str, want: u64) {
    let mut found = None;
    let becomes = async {
        loop {
            found = Some(depth(broker, queue).await);
            if found == Some(want) {
                return;
            }
            sleep(Duration::from_millis(10)).await;
        }
    };
    let became = timeout(LIMIT, becomes).await;
    assert!(became.is_ok(), "{found:?} and not {want} messages wait in {queue}");
}

/// Waits until there are this many dead letters.
pub(super) async fn dead_becomes(broker: &Broker, want: u64) {
    depth_becomes(broker, &format!("{QUEUE}.dead"), want).await;
}

/// The dead letters, which stay.
pub(super) async fn dead_letters(broker: &Broker) -> Vec<DeadLetter> {
    let mut reading = DeadLetters::new(broker, QUEUE).read(Filter::all()).await.expect("the dead letters are read");
    let mut letters = Vec::new();
    while let Some(letter) = soon("all dead letters are read", reading.next()).await {
        letters.push(letter.expect("a dead letter is read"));
    }
    let report = reading.close().await.expect("the dead letters are left alone");
    assert_eq!(report.meant, letters.len() as u64);
    letters
}

/// The revision of a dead letter.
pub(super) fn revision(letter: &DeadLetter) -> u32 {
    Event::<WorkoutDeleted>::decode(letter.body()).expect("it is an event").data().revision
}

/// In whatever order.
#[track_caller]
pub(super) fn same<T: Ord + Debug>(got: Vec<T>, want: impl IntoIterator<Item = T>) {
    let (mut got, mut want) = (got, want.into_iter().collect::<Vec<_>>());
    got.sort();
    want.sort();
    assert_eq!(got, want);
}
