//! Publishing to the broker inside the process.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report; clippy sees helpers as ordinary functions")]

mod engine;
mod fairness;
mod figures;
#[cfg(feature = "sqlite")]
mod outbox;
mod spill;

use std::error::Error;

use workout_broker::{Prefetch, Queue};
use workout_events::{EntityId, Event, WorkoutDeleted, WorkoutId, event};
use workout_publisher::{Broker, Outcome, Publisher};

#[tokio::test]
async fn the_event_arrives_as_it_was() {
    let broker = Broker::in_process();
    broker.declare(&Queue::new("queue").bind_type::<WorkoutDeleted>()).await.unwrap();
    let event = Event::new("/tests", WorkoutDeleted::new(WorkoutId::generate(), 2)).unwrap();
    assert_eq!(Publisher::new(broker.clone()).publish(&event).await.unwrap(), Outcome::Confirmed);

    let mut deliveries = broker.consume("queue", Prefetch::default()).await.unwrap();
    let delivery = deliveries.next().await.unwrap().unwrap();
    assert_eq!(Event::<WorkoutDeleted>::decode(delivery.body()).unwrap(), event);
    assert_eq!(delivery.message_id(), Some(event.id().to_string().as_str()));
    delivery.ack().await.unwrap();
}

#[tokio::test]
async fn an_event_that_nobody_wants_is_returned() {
    let event = Event::new("/tests", WorkoutDeleted::new(WorkoutId::generate(), 2)).unwrap();
    let outcome = Publisher::new(Broker::in_process()).publish(&event).await.unwrap();
    assert_eq!(outcome, Outcome::Returned);
    assert!(!outcome.is_confirmed());
}

/// An event of an exchange that the broker does not have.
#[event(type = "elsewhere.happened", version = 1, subject = id, exchange = "elsewhere")]
pub struct Elsewhere {
    /// What it is about.
    pub id: EntityId,
    /// Something large.
    #[field(items = 0..=100_000)]
    pub ids: Vec<EntityId>,
}

#[tokio::test]
async fn an_event_whose_exchange_does_not_exist_was_not_published() {
    let event = Event::new("/tests", Elsewhere::new(EntityId::generate())).unwrap();
    let error = Publisher::new(Broker::in_process()).publish(&event).await.unwrap_err();
    assert!(error.is_not_found() && !error.is_transient(), "{error:?}");
    assert_cause_is_not_repeated(&error);
}

#[tokio::test]
async fn an_event_that_no_reader_would_accept_is_not_published() {
    let data = Elsewhere::new(EntityId::generate()).ids(vec![EntityId::generate(); 10_000]);
    let event = Event::new("/tests", data).unwrap();
    let error = Publisher::new(Broker::in_process()).publish(&event).await.unwrap_err();
    assert!(error.is_too_large() && !error.is_transient(), "{error:?}");
    assert_cause_is_not_repeated(&error);
}

fn assert_cause_is_not_repeated(error: &(dyn Error + 'static)) {
    let cause = error.source().unwrap();
    assert!(!error.to_string().contains(&cause.to_string()), "{error}: {cause}");
}
