use std::time::Duration;

use support::wait;
use workout_broker::{Deliveries, Delivery, Prefetch};
use workout_consumer::dead_letters::Filter;
use workout_consumer::{DeadLetter, Reason};
use workout_events::amqp::HeaderValue;

use super::{DEAD, LIMIT, QUEUE, Site, deleted, letter};

impl Site {
    async fn consume(&self) -> Deliveries {
        self.broker.consume(QUEUE, Prefetch::default()).await.unwrap()
    }

    async fn only_letter(&self) -> DeadLetter {
        wait::until("a letter", LIMIT, || async { self.broker.depth(DEAD).await.unwrap() == 1 }).await;
        self.letters().await.remove(0)
    }
}

async fn next(deliveries: &mut Deliveries) -> Delivery {
    deliveries.next().await.unwrap().unwrap()
}

fn text(name: &'static str, text: &str) -> (std::borrow::Cow<'static, str>, HeaderValue) {
    (name.into(), HeaderValue::Text(text.to_owned()))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_back_too_often_is_told_by_the_broker_and_its_publisher_is_not_believed() {
    let site = Site::new().await;
    let mut lie = deleted();
    lie.headers.push(("workout-attempts".into(), HeaderValue::Integer(99)));
    lie.headers.push(text("workout-exchange", "elsewhere"));
    lie.headers.push(text("workout-dead-reason", "quarantined"));
    lie.headers.push(text("workout-dead-queue", QUEUE));
    lie.headers.push(text("workout-dead-error", "call 555"));
    site.publish(lie).await;
    let mut deliveries = site.consume().await;
    for _ in 0..2 {
        next(&mut deliveries).await.requeue().await.unwrap();
    }
    let letter = site.only_letter().await;
    assert_eq!((letter.reason, letter.attempts, letter.error.as_deref()), (Reason::DeliveryLimit, 0, None));
    assert_eq!((&*letter.exchange, letter.died), ("workout.events", None));

    // A replay is told by its history, and the next death as its own.
    assert_eq!(site.replay(Filter::all()).await.done, 1);
    next(&mut deliveries).await.reject().await.unwrap();
    let letter = site.only_letter().await;
    assert_eq!((letter.reason, &*letter.exchange, letter.history.len()), (Reason::Rejected, "workout.events", 2));
    deliveries.close().await.unwrap();
    site.broker.close().await.unwrap();
}

/// The broker keeps the first death of a message, and this one's was the end of its wait.
#[tokio::test(flavor = "multi_thread")]
async fn what_waited_before_the_broker_moved_it_keeps_its_attempts() {
    let site = Site::new().await;
    let queue = workout_broker::Queue::new(QUEUE).delivery_limit(1).retries(&[Duration::from_secs(1)]);
    site.broker.declare(&queue).await.unwrap();
    let mut message = letter(0);
    message.routing_key = format!("{QUEUE}.retry.1s").into();
    message.headers.push(("workout-attempts".into(), HeaderValue::Integer(3)));
    site.publish(message).await;
    let mut deliveries = site.consume().await;
    for _ in 0..2 {
        next(&mut deliveries).await.requeue().await.unwrap();
    }
    let letter = site.only_letter().await;
    assert_eq!((letter.reason, letter.attempts), (Reason::DeliveryLimit, 3));
    assert_eq!([&*letter.exchange, &*letter.routing_key], ["workout.events", "workout.deleted"]);
    deliveries.close().await.unwrap();
    site.broker.close().await.unwrap();
}

/// All headers are one frame. One that is too large ends the connection.
#[tokio::test(flavor = "multi_thread")]
async fn a_letter_whose_headers_fill_the_frame_can_be_replayed() {
    let site = Site::new().await;
    let mut full = letter(0);
    full.headers.push(text("small", "kept"));
    full.headers.push(text("large", &"x".repeat(130_000)));
    site.publish(full).await;
    let report = site.replay(Filter::all()).await;
    assert_eq!((report.done, report.failed), (1, 0), "{report:?}");
    let mut deliveries = site.consume().await;
    let delivery = next(&mut deliveries).await;
    assert_eq!(delivery.header("small"), Some(HeaderValue::Text("kept".to_owned())));
    assert_eq!(delivery.header("large"), None);
    delivery.ack().await.unwrap();
    deliveries.close().await.unwrap();
    site.broker.close().await.unwrap();
}
