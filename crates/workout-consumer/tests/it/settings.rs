use std::convert::Infallible;
use std::time::Duration;

use workout_consumer::{Batch, BatchHandler, Batches, Broker, Consumer, Context, Next, Prefetch, Retries};
use workout_events::{Event, WorkoutDeleted};

use crate::support::{QUEUE, server, start};

fn consumer() -> Consumer {
    Consumer::new(QUEUE).on(async |_: Event<WorkoutDeleted>| {})
}

fn batches(size: usize) -> BatchHandler {
    Batches::of(size)
        .each(|_: Event<WorkoutDeleted>| ())
        .commit(async |batch: Batch<()>| Ok(batch.commit(async { Ok::<_, Infallible>(()) }).await?))
}

#[tokio::test]
async fn what_could_never_work_is_refused_before_anything_is_consumed() {
    async fn check(consumer: Consumer, want: &str) {
        let error = consumer.run(Broker::in_process(), std::future::pending()).await.unwrap_err();
        assert!(error.is_invalid() && !error.is_transient() && !error.is_topology(), "{error:?}");
        assert_eq!(error.to_string(), format!("the consumer cannot work: {want}"));
    }
    let two = || Prefetch::new(2).unwrap();
    let too_small = "the prefetch is smaller than what is handled at once, so that would never fill";
    check(Consumer::new(QUEUE), "it has no handler, so it would park whatever comes").await;
    check(Consumer::new(QUEUE).batch(batches(0)), "it has no handler, so it would park whatever comes").await;
    check(consumer().batch(batches(1)), "it handles single events or batches, and not both").await;
    let twins = "a type of event has two handlers, of which one would never get anything";
    check(consumer().on(async |_: Event<WorkoutDeleted>| {}), twins).await;
    let second = "it has two handlers of batches, of which one would never get anything";
    check(Consumer::new(QUEUE).batch(batches(1)).batch(batches(1)), second).await;
    let around =
        Consumer::new(QUEUE).batch(batches(1)).around(async |context: Context, next: Next<()>| next.run(context).await);
    check(around, "what is around handlers is not around batches").await;
    check(consumer().concurrency(0), "between 1 and 10000 handlers run at once").await;
    check(consumer().concurrency(10_001), "between 1 and 10000 handlers run at once").await;
    check(consumer().concurrency(3).prefetch(two()), too_small).await;
    let one_by_one = "batches are committed one after another, so they have no concurrency";
    check(Consumer::new(QUEUE).batch(batches(3)).concurrency(2), one_by_one).await;
    check(Consumer::new(QUEUE).batch(batches(3)).in_order_of_subjects(), one_by_one).await;
    check(Consumer::new(QUEUE).batch(batches(3)).prefetch(two()), too_small).await;
    check(Consumer::new(QUEUE).batch(batches(70_000)), too_small).await;
    check(consumer().limit(Duration::ZERO), "a handler needs some time").await;
    let second = Duration::from_secs(1);
    let shrinks = Retries::default().ladder([second * 2, second]);
    check(consumer().retries(shrinks), "the delays between retries have to grow").await;
}

#[tokio::test]
async fn the_queues_of_a_consumer_are_known_before_it_runs() {
    let queue = consumer().retries(Retries::none().ladder([Duration::from_secs(90)])).queue();
    let names: Vec<_> = queue.parts().iter().map(ToString::to_string).collect();
    assert!(names.iter().any(|part| part.contains("tests.consumer.retry.90s")), "{names:?}");
    assert!(names.iter().any(|part| part.contains("tests.consumer.dead")), "{names:?}");
}

#[tokio::test]
async fn a_consumer_that_may_not_declare_says_what_is_missing() {
    let (server, broker) = server();
    let error = consumer().declares_nothing().run(broker.clone(), std::future::pending()).await.unwrap_err();
    assert!(error.is_topology(), "{error:?}");
    assert_eq!(server.waiting(QUEUE), None, "nothing was made");
    broker.declare(&consumer().queue()).await.unwrap();
    start(&broker, consumer().declares_nothing()).await.end().await;
}

#[test]
fn a_running_consumer_can_be_sent_between_threads() {
    fn check<T: Send>(_: T) {}
    check(consumer().run(Broker::in_process(), std::future::pending()));
    check(Consumer::new(QUEUE).batch(batches(1)).run(Broker::in_process(), std::future::pending()));
}

#[test]
fn a_consumer_does_not_show_what_its_handlers_share() {
    let consumer = Consumer::with_state(QUEUE, "password").on(async |_: Event<WorkoutDeleted>| {});
    assert_eq!(
        format!("{consumer:?}"),
        r#"Consumer { queue: "tests.consumer", types: ["workout.deleted"], batch: None, .. }"#
    );
}
