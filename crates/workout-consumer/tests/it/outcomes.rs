use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use std::{fmt, io};

use tokio::sync::mpsc;
use workout_broker::Queue;
use workout_consumer::{Batch, Batches, Consumer, Context, Failure, Retries, Verdict};
use workout_events::amqp::Message;
use workout_events::{Decoder, EntityId, Event, WorkoutDeleted, WorkoutPerformed, event};

use crate::support::{QUEUE, dead_letters, deleted, publish, publish_message, server, soon, start, until};

#[tokio::test]
async fn each_event_is_handled_once_and_in_its_own_type() {
    let (_server, broker) = server();
    let (seen, mut arrived) = mpsc::unbounded_channel();
    let consumer = Consumer::new(QUEUE)
        .on(async |_: Event<WorkoutPerformed>| -> io::Result<()> { panic!("of another type") })
        .on(move |event: Event<WorkoutDeleted>| {
            let sent = seen.send(event);
            async move { sent }
        });
    let running = start(&broker, consumer).await;
    for event in [deleted(1), deleted(2), deleted(3)] {
        publish(&broker, &event).await;
        assert_eq!(soon(arrived.recv()).await, Some(event));
    }
    let report = running.end().await;
    assert_eq!((report.handled, report.retried, report.dead, report.left), (3, 0, 0, 0));
}

/// An event that the consumer has no handler for.
#[event(type = "tests.happened", version = 1, subject = id)]
pub struct Happened {
    /// What it is about.
    pub id: EntityId,
}

#[tokio::test]
async fn what_is_no_event_of_ours_is_a_dead_letter_that_says_why_and_its_neighbours_live() {
    let (server, broker) = server();
    let (handled, mut is_handled) = mpsc::unbounded_channel();
    let consumer = Consumer::new(QUEUE).on(move |event: Event<WorkoutDeleted>| {
        let sent = handled.send(event);
        async move { sent }
    });
    let running = start(&broker, consumer).await;

    let unknown_type = Event::new("/tests", Happened::new(EntityId::generate())).unwrap().encode();
    let known = String::from_utf8(deleted(1).encode()).unwrap();
    let unknown_version = known.replace(r#""dataversion":1"#, r#""dataversion":77"#).into_bytes();
    for body in [b"{".to_vec(), unknown_type.clone(), unknown_version.clone()] {
        let mut poison = Message::of(&deleted(1)).unwrap();
        poison.body = body;
        publish_message(&broker, poison).await;
    }
    let neighbour = deleted(2);
    publish(&broker, &neighbour).await;
    assert_eq!(soon(is_handled.recv()).await, Some(neighbour));

    let report = running.end().await;
    assert_eq!((report.handled, report.quarantined, report.parked), (1, 1, 2));
    let dead = dead_letters(&server).await;
    let said: Vec<_> = dead.iter().map(|dead| (&*dead.body, &*dead.reason, &*dead.code, dead.attempts)).collect();
    let want = [
        (&b"{"[..], "quarantined", "truncated", 0),
        (&unknown_type, "parked", "unknown_type", 0),
        (&unknown_version, "parked", "unknown_version", 0),
    ];
    assert_eq!(said, want);
}

/// Someone published the right body under the wrong name: the body decides.
#[tokio::test]
async fn a_misleading_property_does_not_mislead() {
    let (_server, broker) = server();
    let consumer = Consumer::new(QUEUE)
        .on(async |_: Event<WorkoutPerformed>| -> io::Result<()> { panic!("of another type") })
        .on(async |_: Event<WorkoutDeleted>| {});
    let running = start(&broker, consumer).await;
    let mut message = Message::of(&deleted(1)).unwrap();
    message.properties.kind = "workout.performed".into();
    publish_message(&broker, message).await;
    until(|| running.health.last_settled().is_some()).await;
    assert_eq!(running.end().await.handled, 1);
}

#[tokio::test]
async fn a_handler_answers_with_a_value_and_a_rejected_event_is_dead_with_the_reason() {
    let (server, broker) = server();
    let consumer = Consumer::new(QUEUE).on(async |event: Event<WorkoutDeleted>| match event.data().revision {
        1 => Ok(Verdict::Done),
        2 => Ok(Verdict::reject("nobody knows this workout")),
        3 => Err(Failure::reject(io::Error::other("it never existed"))),
        _ => Err(Failure::reject(fmt::Error)),
    });
    let running = start(&broker, consumer).await;
    for revision in 1..=4 {
        publish(&broker, &deleted(revision)).await;
    }
    until(|| server.waiting(&format!("{QUEUE}.dead")) == Some(3)).await;
    let report = running.end().await;
    assert_eq!((report.handled, report.dead, report.retried), (1, 3, 0));
    let dead: Vec<_> =
        dead_letters(&server).await.into_iter().map(|dead| (dead.reason, dead.attempts, dead.error)).collect();
    let want = |error: &str| ("rejected".to_owned(), 1, error.to_owned());
    let format = fmt::Error.to_string();
    assert_eq!(dead, [want("nobody knows this workout"), want("it never existed"), want(&format)]);
}

#[tokio::test]
async fn a_context_tells_what_the_message_says_and_what_handlers_share() {
    let (_server, broker) = server();
    let (told, mut tells) = mpsc::unbounded_channel();
    let consumer = Consumer::with_state(QUEUE, told).on(async |event: Event<WorkoutDeleted>, context: Context<_>| {
        let told: &mpsc::UnboundedSender<_> = context.state();
        let seen = (context.event_id() == event.id(), context.subject() == event.subject(), context.attempt());
        let trace = (context.traceparent().map(str::to_owned), context.correlation_id().map(str::to_owned));
        told.send((seen, context.event_type().to_owned(), trace))
    });
    let running = start(&broker, consumer).await;
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let event = Event::builder("/tests", deleted(1).into_data()).traceparent(trace).correlation_id("order-1");
    publish(&broker, &event.build().unwrap()).await;
    let want = ((true, true, 1), "workout.deleted".to_owned(), (Some(trace.to_owned()), Some("order-1".to_owned())));
    assert_eq!(soon(tells.recv()).await, Some(want));
    running.end().await;
}

/// What services publish that have not moved to CloudEvents yet.
#[tokio::test]
async fn the_plain_envelope_is_read_by_who_asks_for_it() {
    let (server, broker) = server();
    let plain = r#"{"event_type":"tests.happened","payload":{"id":"0198c5a4-6b1f-7d53-9f1c-2f6a4f0c7b11"},"service":"auth-service","timestamp":"2026-01-02T03:04:05.678901","version":"1.0"}"#;
    let handler = async |_: Event<Happened>| {};
    let message = || {
        let mut message = Message::of(&Event::new("/tests", Happened::new(EntityId::generate())).unwrap()).unwrap();
        message.body = plain.as_bytes().to_vec();
        message
    };
    let decoder = Decoder::new().accept_plain_envelope();
    let running = start(&broker, Consumer::new(QUEUE).on(handler).decoder(decoder)).await;
    publish_message(&broker, message()).await;
    until(|| running.health.last_settled().is_some()).await;
    assert_eq!(running.end().await.handled, 1);

    let running = start(&broker, Consumer::new(QUEUE).on(handler)).await;
    publish_message(&broker, message()).await;
    until(|| server.waiting(&format!("{QUEUE}.dead")) == Some(1)).await;
    assert_eq!(running.end().await.quarantined, 1);
}

/// A reader whose type has moved on.
#[event(type = "tests.happened", version = 2, subject = id, previous = Happened)]
pub struct HappenedAgain {
    /// What it is about.
    pub id: EntityId,
}

impl From<Happened> for HappenedAgain {
    fn from(_: Happened) -> Self {
        panic!("a case that nobody thought of")
    }
}

#[tokio::test]
async fn an_event_that_cannot_be_brought_up_to_date_without_a_panic_is_a_dead_letter() {
    let (server, broker) = server();
    let running = start(&broker, Consumer::new(QUEUE).on(async |_: Event<HappenedAgain>| {})).await;
    let event = Event::new("/tests", Happened::new(EntityId::generate())).unwrap();
    publish_message(&broker, Message::of(&event).unwrap()).await;
    until(|| server.waiting(&format!("{QUEUE}.dead")) == Some(1)).await;
    assert_eq!(running.end().await.quarantined, 1);
    assert!(dead_letters(&server).await[0].error.contains("a case that nobody thought of"));
}

#[tokio::test]
async fn a_consumer_may_hear_an_exchange_besides_those_of_its_types() {
    let (_server, broker) = server();
    let consumer = Consumer::new(QUEUE).on(async |_: Event<WorkoutDeleted>| {}).bind("workout.events", "tests.#");
    assert!(consumer.queue().bindings().any(|binding| binding.pattern == "tests.#"));
    let bound = Queue::new(QUEUE).bind_type::<WorkoutDeleted>().bind("workout.events", "tests.#");
    assert_eq!(consumer.queue().bindings().collect::<Vec<_>>(), bound.bindings().collect::<Vec<_>>());
    start(&broker, consumer).await.end().await;
}

/// An error that nobody can write down.
#[derive(Debug)]
struct Speechless;

impl fmt::Display for Speechless {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("speechless")
    }
}

impl std::error::Error for Speechless {}

#[tokio::test(start_paused = true)]
async fn an_error_that_panics_when_it_is_told_is_a_dead_letter_like_others() {
    let (server, broker) = server();
    let consumer = Consumer::new(QUEUE).on(async |_: Event<WorkoutDeleted>| Err::<(), _>(Failure::reject(Speechless)));
    let running = start(&broker, consumer).await;
    publish(&broker, &deleted(1)).await;
    until(|| server.waiting(&format!("{QUEUE}.dead")) == Some(1)).await;
    assert_eq!(running.end().await.dead, 1);
    assert_eq!(dead_letters(&server).await[0].reason, "rejected");
}

/// Whoever wants no limit says so with the longest time there is.
#[tokio::test(start_paused = true)]
async fn times_without_end_are_possible() {
    let (_server, broker) = server();
    let consumer =
        Consumer::new(QUEUE).limit(Duration::MAX).drain(Duration::MAX).on(async |_: Event<WorkoutDeleted>| {});
    let running = start(&broker, consumer).await;
    publish(&broker, &deleted(1)).await;
    until(|| running.health.last_settled().is_some()).await;
    assert_eq!(running.end().await.handled, 1);

    let batches = Batches::of(10).within(Duration::MAX).each(|_: Event<WorkoutDeleted>| ());
    let commit = async |batch: Batch<()>| Ok(batch.commit(async { Ok::<_, io::Error>(()) }).await?);
    let running = start(&broker, Consumer::new(QUEUE).batch(batches.commit(commit))).await;
    for revision in 1..=11 {
        publish(&broker, &deleted(revision)).await;
    }
    soon(async {
        while running.health.last_settled().is_none() {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    })
    .await;
    assert_eq!(running.end().await.handled, 11);
}

/// What of a handler is left when it is cut short.
struct Remains;

impl Drop for Remains {
    fn drop(&mut self) {
        panic!("nobody rests in peace");
    }
}

#[tokio::test(start_paused = true)]
async fn a_handler_whose_remains_panic_when_it_is_cut_short_has_failed_like_others() {
    let (server, broker) = server();
    let consumer = Consumer::new(QUEUE).retries(Retries::none().at_once(1)).on(async |_: Event<WorkoutDeleted>| {
        let _remains = Remains;
        std::future::pending::<()>().await;
    });
    let running = start(&broker, consumer).await;
    publish(&broker, &deleted(1)).await;
    until(|| server.waiting(&format!("{QUEUE}.dead")) == Some(1)).await;
    assert_eq!(running.end().await.dead, 1);
    let dead = dead_letters(&server).await;
    assert_eq!((&*dead[0].reason, dead[0].attempts), ("exhausted", 2));
}

/// An error that harms who throws it away.
#[derive(Debug, thiserror::Error)]
#[error("not again")]
struct Sticky;

impl Drop for Sticky {
    fn drop(&mut self) {
        panic!("nobody throws me away");
    }
}

/// What ends a task of ours leaves its message to the next subscription, also if it was the first one.
#[tokio::test(start_paused = true)]
async fn a_panic_that_nothing_contains_leaves_no_message_behind() {
    let (server, broker) = server();
    let attempts = AtomicU32::new(0);
    let consumer = Consumer::new(QUEUE).on(move |_: Event<WorkoutDeleted>| {
        let first = attempts.fetch_add(1, Ordering::SeqCst) == 0;
        async move { if first { Err(Failure::retry(Sticky)) } else { Ok(()) } }
    });
    let running = start(&broker, consumer).await;
    publish(&broker, &deleted(1)).await;
    until(|| server.unsettled(QUEUE) == 0 && running.health.last_settled().is_some()).await;
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert_eq!((server.waiting(QUEUE), server.unsettled(QUEUE)), (Some(0), 0));
    assert!(running.end().await.handled > 0);
}

/// It could be read the first time.
#[event(type = "tests.happened", version = 2, subject = id, previous = Happened)]
pub struct HappenedOnce {
    /// What it is about.
    pub id: EntityId,
}

impl From<Happened> for HappenedOnce {
    fn from(happened: Happened) -> Self {
        static READ: AtomicU32 = AtomicU32::new(0);
        assert_eq!(READ.fetch_add(1, Ordering::SeqCst), 0, "only once");
        Self::new(happened.id)
    }
}

#[tokio::test(start_paused = true)]
async fn an_event_that_cannot_be_read_for_its_second_attempt_is_a_dead_letter() {
    let (server, broker) = server();
    let consumer = Consumer::new(QUEUE).on(async |_: Event<HappenedOnce>| Err::<(), _>(Failure::retry("not yet")));
    let running = start(&broker, consumer).await;
    let event = Event::new("/tests", Happened::new(EntityId::generate())).unwrap();
    publish_message(&broker, Message::of(&event).unwrap()).await;
    until(|| server.waiting(&format!("{QUEUE}.dead")) == Some(1)).await;
    assert_eq!(running.end().await.quarantined, 1);
    assert_eq!(dead_letters(&server).await[0].attempts, 1);
}
