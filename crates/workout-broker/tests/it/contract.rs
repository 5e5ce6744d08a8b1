//! What every broker has to do. The workspace's end-to-end tests include this file to ask the same of RabbitMQ.

use std::time::Duration;

use tokio::time::timeout;
use workout_broker::{Broker, DELIVERY_LIMIT, Deliveries, Delivery, Outcome, Prefetch, Queue};
use workout_events::amqp::Message;
use workout_events::jiff::Timestamp;
use workout_events::{
    ActivityType, Event, Moment, Source, UserId, WorkoutDeleted, WorkoutId, WorkoutPerformed, ZoneName,
};

/// Long enough for a loaded machine.
const LIMIT: Duration = Duration::from_secs(20);

/// How long we look for something that must not come.
const MOMENT: Duration = Duration::from_millis(200);

/// Everything that is asked of a fresh broker.
pub(crate) async fn holds(broker: &Broker) {
    what_nobody_wants_is_returned_and_harms_no_neighbour(broker).await;
    a_window_has_the_outcome_of_each_message(broker).await;
    a_message_reaches_every_queue_that_wants_it_once(broker).await;
    what_does_not_exist_is_not_found(broker).await;
    a_message_that_is_put_back_comes_again_until_it_is_dead(broker).await;
    a_rejected_message_is_dead_at_once(broker).await;
    no_more_than_the_prefetch_is_out(broker).await;
    what_is_not_settled_comes_again(broker).await;
    a_stopped_subscription_ends(broker).await;
}

async fn a_message_reaches_every_queue_that_wants_it_once(broker: &Broker) {
    let performed_only = declare(broker, Queue::new("reach.performed").bind_type::<WorkoutPerformed>()).await;
    let deleted_only = declare(broker, Queue::new("reach.deleted").bind_type::<WorkoutDeleted>()).await;
    let all = Queue::new("reach.all").bind("workout.events", "#").bind("workout.events", "workout.*");
    let all = declare(broker, all.bind_type::<WorkoutPerformed>()).await;

    let (performed, deleted) = (performed(), deleted());
    assert_eq!(broker.publish(performed.clone()).await.unwrap(), Outcome::Confirmed);
    assert_eq!(broker.publish(deleted.clone()).await.unwrap(), Outcome::Confirmed);

    let both = [performed.body, deleted.body];
    assert_eq!(drain(broker, &all, 2).await, both);
    assert_eq!(drain(broker, &performed_only, 1).await, both[..1]);
    assert_eq!(drain(broker, &deleted_only, 1).await, both[1..]);
}

/// First of all, while no queue wants everything.
async fn what_nobody_wants_is_returned_and_harms_no_neighbour(broker: &Broker) {
    let queue = declare(broker, Queue::new("returned").bind("workout.events", "returned.wanted")).await;
    for (routing_key, want) in [
        ("returned.unwanted", Outcome::Returned),
        ("returned.wanted", Outcome::Confirmed),
        ("returned.unwanted", Outcome::Returned),
        ("returned.wanted", Outcome::Confirmed),
    ] {
        assert_eq!(broker.publish(under(routing_key)).await.unwrap(), want, "{routing_key}");
    }
    assert_eq!(drain(broker, &queue, 2).await.len(), 2);
}

/// Also while no queue wants everything.
async fn a_window_has_the_outcome_of_each_message(broker: &Broker) {
    let queue = declare(broker, Queue::new("window").bind("workout.events", "window.wanted")).await;
    let mut lane = broker.lane();
    assert_eq!(lane.window::<Message>(&[], LIMIT).await.unwrap(), []);

    let messages: Vec<_> =
        (0..30).map(|n| under(if n % 3 == 1 { "window.unwanted" } else { "window.wanted" })).collect();
    let want = [Outcome::Confirmed, Outcome::Returned, Outcome::Confirmed].repeat(10);
    assert_eq!(lane.window(&messages, LIMIT).await.unwrap(), want);
    let mut bodies: Vec<_> = messages.into_iter().map(|message| message.body).collect();
    let mut unwanted = (0..).map(|n| n % 3 == 1);
    bodies.retain(|_| !unwanted.next().unwrap());

    // A missing exchange ends a channel, and with it what is under way there: the lane goes on.
    let mut lost = under("window.wanted");
    lost.exchange = "no.such.exchange".into();
    let error = lane.window(std::slice::from_ref(&lost), LIMIT).await.unwrap_err();
    assert!(error.is_not_found(), "{error:?}");
    let outcomes = lane.window(&[lost, under("window.unwanted")], LIMIT).await.unwrap();
    assert_eq!(outcomes, [Outcome::Unknown, Outcome::Unknown]);
    let message = under("window.wanted");
    assert_eq!(lane.window(std::slice::from_ref(&message), LIMIT).await.unwrap(), [Outcome::Confirmed]);
    bodies.push(message.body);
    assert_eq!(drain(broker, &queue, bodies.len()).await, bodies);
}

async fn what_does_not_exist_is_not_found(broker: &Broker) {
    let mut message = deleted();
    message.exchange = "no.such.exchange".into();
    let error = broker.publish(message).await.unwrap_err();
    assert!(error.is_not_found(), "{error:?}");

    let error = broker.consume("no.such.queue", Prefetch::default()).await.unwrap_err();
    assert!(error.is_not_found(), "{error:?}");

    let error = broker.declare(&Queue::new("lost").bind("no.such.exchange", "#")).await.unwrap_err();
    assert!(error.is_not_found(), "{error:?}");

    let queue = declare(broker, Queue::new("found").bind_type::<WorkoutDeleted>()).await;
    assert_eq!(broker.publish(deleted()).await.unwrap(), Outcome::Confirmed);
    assert_eq!(drain(broker, &queue, 1).await.len(), 1);
}

async fn a_message_that_is_put_back_comes_again_until_it_is_dead(broker: &Broker) {
    let queue = Queue::new("limit").bind_type::<WorkoutDeleted>();
    let dead = queue.dead_letter_name();
    let queue = declare(broker, queue).await;
    let message = deleted();
    assert_eq!(broker.publish(message.clone()).await.unwrap(), Outcome::Confirmed);

    let mut deliveries = broker.consume(&queue, Prefetch::default()).await.unwrap();
    for returned in 0..=DELIVERY_LIMIT {
        let delivery = next(&mut deliveries).await;
        assert_eq!((delivery.redelivered(), delivery.body()), (returned > 0, &message.body[..]));
        delivery.requeue().await.unwrap();
    }
    nothing_comes(&mut deliveries).await;
    deliveries.close().await.unwrap();
    assert_eq!(drain(broker, &dead, 1).await, [message.body]);
}

async fn a_rejected_message_is_dead_at_once(broker: &Broker) {
    let queue = Queue::new("rejected").bind_type::<WorkoutDeleted>();
    let dead = queue.dead_letter_name();
    let queue = declare(broker, queue).await;
    let mut poison = deleted();
    poison.body = b"not an event".to_vec();
    let neighbour = deleted();
    for message in [poison.clone(), neighbour.clone()] {
        assert_eq!(broker.publish(message).await.unwrap(), Outcome::Confirmed);
    }

    let mut deliveries = broker.consume(&queue, Prefetch::default()).await.unwrap();
    let delivery = next(&mut deliveries).await;
    assert_eq!(delivery.body(), poison.body);
    delivery.reject().await.unwrap();
    let delivery = next(&mut deliveries).await;
    assert_eq!(delivery.body(), neighbour.body);
    assert_eq!(delivery.kind(), Some("workout.deleted"));
    assert_eq!(delivery.routing_key(), "workout.deleted");
    assert_eq!(delivery.message_id(), Some(neighbour.properties.message_id.as_str()));
    delivery.ack().await.unwrap();
    deliveries.close().await.unwrap();
    assert_eq!(drain(broker, &dead, 1).await, [poison.body]);
}

async fn no_more_than_the_prefetch_is_out(broker: &Broker) {
    let queue = declare(broker, Queue::new("prefetch").bind_type::<WorkoutDeleted>()).await;
    for _ in 0..3 {
        assert_eq!(broker.publish(deleted()).await.unwrap(), Outcome::Confirmed);
    }
    let mut deliveries = broker.consume(&queue, Prefetch::new(2).unwrap()).await.unwrap();
    let (one, two) = (next(&mut deliveries).await, next(&mut deliveries).await);
    nothing_comes(&mut deliveries).await;
    one.ack().await.unwrap();
    next(&mut deliveries).await.ack().await.unwrap();
    two.ack().await.unwrap();
    deliveries.close().await.unwrap();
}

async fn what_is_not_settled_comes_again(broker: &Broker) {
    let queue = declare(broker, Queue::new("unsettled").bind_type::<WorkoutDeleted>()).await;
    assert_eq!(broker.publish(deleted()).await.unwrap(), Outcome::Confirmed);
    let mut deliveries = broker.consume(&queue, Prefetch::default()).await.unwrap();
    drop(next(&mut deliveries).await);
    deliveries.close().await.unwrap();

    let mut deliveries = broker.consume(&queue, Prefetch::default()).await.unwrap();
    let again = next(&mut deliveries).await;
    assert!(again.redelivered());
    again.ack().await.unwrap();
    deliveries.close().await.unwrap();

    let mut deliveries = broker.consume(&queue, Prefetch::default()).await.unwrap();
    nothing_comes(&mut deliveries).await;
    deliveries.close().await.unwrap();
}

async fn a_stopped_subscription_ends(broker: &Broker) {
    let queue = declare(broker, Queue::new("stopped").bind_type::<WorkoutDeleted>()).await;
    let mut deliveries = broker.consume(&queue, Prefetch::default()).await.unwrap();
    deliveries.stop().await.unwrap();
    assert_eq!(broker.publish(deleted()).await.unwrap(), Outcome::Confirmed);
    let end = timeout(LIMIT, deliveries.next()).await.unwrap();
    assert!(end.is_none(), "{end:?}");
    deliveries.close().await.unwrap();
    assert_eq!(drain(broker, &queue, 1).await.len(), 1);
}

async fn declare(broker: &Broker, queue: Queue) -> String {
    broker.declare(&queue).await.unwrap();
    broker.declare(&queue).await.unwrap();
    queue.name().to_owned()
}

/// The bodies of this many messages, of which there must not be more.
async fn drain(broker: &Broker, queue: &str, messages: usize) -> Vec<Vec<u8>> {
    let mut deliveries = broker.consume(queue, Prefetch::default()).await.unwrap();
    let mut bodies = Vec::new();
    for _ in 0..messages {
        let delivery = next(&mut deliveries).await;
        bodies.push(delivery.body().to_vec());
        delivery.ack().await.unwrap();
    }
    nothing_comes(&mut deliveries).await;
    deliveries.close().await.unwrap();
    bodies
}

async fn next(deliveries: &mut Deliveries) -> Delivery {
    timeout(LIMIT, deliveries.next()).await.unwrap().unwrap().unwrap()
}

async fn nothing_comes(deliveries: &mut Deliveries) {
    let more = timeout(MOMENT, deliveries.next()).await;
    assert!(more.is_err(), "{more:?}");
}

pub(crate) fn deleted() -> Message {
    let event = Event::new("/tests", WorkoutDeleted::new(WorkoutId::generate(), 2)).unwrap();
    Message::of(&event).unwrap()
}

fn under(routing_key: &'static str) -> Message {
    let mut message = deleted();
    message.routing_key = routing_key.into();
    message
}

fn performed() -> Message {
    let moment = |second: i64| Moment::from(Timestamp::from_second(1_700_000_000 + second).unwrap());
    let data = WorkoutPerformed::in_zone(
        (WorkoutId::generate(), UserId::generate()),
        Source::new("tests"),
        ActivityType::Running,
        (moment(0), moment(1_800)),
        ZoneName::utc(),
    );
    Message::of(&Event::new("/tests", data).unwrap()).unwrap()
}
