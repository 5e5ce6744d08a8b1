use std::time::Duration;

use workout_broker::topology::{Found, LANDING};
use workout_broker::{Broker, Outcome, Prefetch, Queue, Topology};
use workout_events::WorkoutDeleted;

use crate::message;

#[tokio::test]
async fn a_topology_is_planned_applied_and_checked() {
    let broker = Broker::in_process();
    let topology = Topology::new().queue(Queue::new("mine").bind_type::<WorkoutDeleted>());
    let missing = |found: &Found| *found == Found::Missing;
    let plan = broker.plan(&topology).await.unwrap();
    // The queue, its dead letters and its binding: the exchanges are always there.
    assert_eq!(plan.steps.iter().filter(|step| missing(&step.found)).count(), 3, "{plan}");
    assert!(broker.check(&topology).await.unwrap_err().is_different());
    broker.apply(&topology).await.unwrap();
    broker.check(&topology).await.unwrap();

    let another = Topology::new().queue(Queue::new("mine").delivery_limit(7));
    let error = broker.apply(&another).await.unwrap_err();
    assert!(error.is_different() && error.to_string().contains("delivery limit 20"), "{error}");
    let error = broker.declare(&Queue::new("lost").bind("nowhere", "#")).await.unwrap_err();
    assert!(error.is_not_found(), "{error}");
}

#[tokio::test]
async fn what_nobody_wants_yet_lands_and_what_somebody_wants_does_not() {
    let broker = Broker::in_process();
    assert_eq!(broker.publish(message("workout.deleted")).await.unwrap(), Outcome::Returned);
    broker.apply(&Topology::new().landing()).await.unwrap();
    assert_eq!(broker.publish(message("workout.deleted")).await.unwrap(), Outcome::Confirmed);
    let mut deliveries = broker.consume(LANDING, Prefetch::default()).await.unwrap();
    deliveries.next().await.unwrap().unwrap().ack().await.unwrap();

    broker.apply(&Topology::new().landing().queue(Queue::new("mine").bind_type::<WorkoutDeleted>())).await.unwrap();
    assert_eq!(broker.publish(message("workout.deleted")).await.unwrap(), Outcome::Confirmed);
    deliveries.stop().await.unwrap();
    assert!(deliveries.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_temporary_queue_is_gone_a_minute_after_its_last_reader() {
    let broker = Broker::in_process();
    let queue = Queue::temporary("tail").bind("workout.events", "#");
    broker.declare(&queue).await.unwrap();
    let deliveries = broker.consume(queue.name(), Prefetch::default()).await.unwrap();
    let publish = async |wait: u64| {
        tokio::time::advance(Duration::from_secs(wait)).await;
        broker.publish(message("workout.deleted")).await.unwrap()
    };
    assert_eq!(publish(100).await, Outcome::Confirmed, "it is read");
    drop(deliveries);
    assert_eq!(publish(59).await, Outcome::Confirmed);
    broker.declare(&queue).await.unwrap();
    assert_eq!(publish(59).await, Outcome::Confirmed);
    assert_eq!(publish(1).await, Outcome::Returned);
    assert!(broker.consume(queue.name(), Prefetch::default()).await.unwrap_err().is_not_found());
}

#[tokio::test]
async fn a_temporary_queue_keeps_the_newest() {
    let broker = Broker::in_process();
    let queue = Queue::temporary("tail").bind("workout.events", "#");
    broker.declare(&queue).await.unwrap();
    for _ in 0..10_003 {
        assert_eq!(broker.publish(message("workout.deleted")).await.unwrap(), Outcome::Confirmed);
    }
    let mut deliveries = broker.consume(queue.name(), Prefetch::default()).await.unwrap();
    for _ in 0..10_000 {
        deliveries.next().await.unwrap().unwrap().ack().await.unwrap();
    }
    deliveries.stop().await.unwrap();
    assert!(deliveries.next().await.is_none());
}
