use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::{Instant, sleep};
use workout_consumer::{Consumer, Context, Failure, Retries, Verdict};
use workout_events::amqp::{HeaderValue, Message};
use workout_events::{Event, EventId, WorkoutDeleted};

use crate::support::{QUEUE, dead_letters, deleted, publish, publish_message, server, start, until};

const SECOND: Duration = Duration::from_secs(1);

/// When each attempt at an event was made, and what it was called.
#[derive(Clone, Default)]
struct Attempts(Arc<Mutex<BTreeMap<EventId, Vec<Attempt>>>>);

type Attempt = (Instant, u32);

impl Attempts {
    fn note<S>(&self, event: &Event<WorkoutDeleted>, context: &Context<S>) {
        let mut attempts = self.0.lock().unwrap();
        attempts.entry(event.id()).or_default().push((Instant::now(), context.attempt()));
    }

    /// The pauses between the attempts at an event, in whole seconds, and the numbers of the attempts.
    fn of(&self, event: &Event<WorkoutDeleted>) -> (Vec<u64>, Vec<u32>) {
        let attempts = self.0.lock().unwrap();
        let of_event = attempts.get(&event.id()).unwrap();
        let pauses = of_event.windows(2).map(|pair| (pair[1].0 - pair[0].0).as_secs()).collect();
        (pauses, of_event.iter().map(|(_, attempt)| *attempt).collect())
    }
}

#[tokio::test(start_paused = true)]
async fn what_fails_is_tried_at_once_and_up_the_ladder_and_is_dead_then() {
    let (server, broker) = server();
    let attempts = Attempts::default();
    let (noting, announced) = (attempts.clone(), Arc::new(Mutex::new(Vec::new())));
    let announcing = Arc::clone(&announced);
    let consumer = Consumer::new(QUEUE).on(move |event: Event<WorkoutDeleted>, context: Context| {
        noting.note(&event, &context);
        announcing.lock().unwrap().push(context.next_attempt().map(|next| next.as_secs()));
        async { Err::<(), _>(io::Error::other("it does not work")) }
    });
    let running = start(&broker, consumer).await;
    let event = deleted(1);
    publish(&broker, &event).await;
    until(|| server.waiting(&format!("{QUEUE}.dead")) == Some(1)).await;
    let report = running.end().await;
    assert_eq!((report.handled, report.retried, report.dead), (0, 4, 1));
    // Twice at once, and then 1 s, 5 s, 30 s and 5 min later.
    assert_eq!(attempts.of(&event), (vec![0, 0, 1, 5, 30, 300], vec![1, 2, 3, 4, 5, 6, 7]));
    // The handler knew it each time.
    assert_eq!(*announced.lock().unwrap(), [Some(0), Some(0), Some(1), Some(5), Some(30), Some(300), None]);
    let [dead] = dead_letters(&server).await.try_into().unwrap();
    assert_eq!((&*dead.reason, dead.attempts, &*dead.error), ("exhausted", 7, "it does not work"));
    assert_eq!(dead.body, event.encode());
}

#[tokio::test(start_paused = true)]
async fn a_panic_and_too_much_time_are_failures_and_the_next_attempt_may_succeed() {
    let (_server, broker) = server();
    let consumer = Consumer::new(QUEUE).limit(SECOND).on(async |_: Event<WorkoutDeleted>, context: Context| {
        match context.attempt() {
            1 => panic!("the first attempt panics"),
            2 => sleep(SECOND * 2).await,
            3 => return Err("the third attempt fails"),
            _ => {}
        }
        Ok(())
    });
    let running = start(&broker, consumer).await;
    publish(&broker, &deleted(1)).await;
    until(|| running.health.last_settled().is_some()).await;
    until(|| running.health.in_flight() == 0).await;
    sleep(SECOND * 2).await;
    let report = running.end().await;
    assert_eq!((report.handled, report.retried, report.dead), (1, 1, 0));
}

#[tokio::test(start_paused = true)]
async fn what_panics_to_the_end_leaves_its_words_in_the_dead_letter() {
    let (server, broker) = server();
    let consumer = Consumer::new(QUEUE).retries(Retries::none()).limit(SECOND).on(
        async |event: Event<WorkoutDeleted>| -> Verdict {
            assert_ne!(event.data().revision, 1, "no row for {}", 7);
            sleep(SECOND * 2).await;
            Verdict::Done
        },
    );
    let running = start(&broker, consumer).await;
    publish(&broker, &deleted(1)).await;
    publish(&broker, &deleted(2)).await;
    until(|| server.waiting(&format!("{QUEUE}.dead")) == Some(2)).await;
    assert_eq!(running.end().await.dead, 2);
    let errors: Vec<_> = dead_letters(&server).await.into_iter().map(|dead| dead.error).collect();
    assert!(errors[0].starts_with("the handler panicked: ") && errors[0].contains("no row for 7"), "{errors:?}");
    assert_eq!(errors[1], "the handler took longer than 1000 ms and was cut short");
}

#[tokio::test(start_paused = true)]
async fn a_neighbour_does_not_wait_for_one_that_is_tried_again() {
    let (_server, broker) = server();
    let attempts = Attempts::default();
    let noting = attempts.clone();
    let consumer = Consumer::new(QUEUE).retries(Retries::none().ladder([SECOND * 60])).on(
        move |event: Event<WorkoutDeleted>, context: Context| {
            noting.note(&event, &context);
            let fails = event.data().revision == 1 && context.attempt() == 1;
            async move { if fails { Err("not yet") } else { Ok(()) } }
        },
    );
    let running = start(&broker, consumer).await;
    let begun = Instant::now();
    let (slow, quick) = (deleted(1), deleted(2));
    publish(&broker, &slow).await;
    publish(&broker, &quick).await;
    until(|| attempts.0.lock().unwrap().values().map(Vec::len).sum::<usize>() == 3).await;
    assert!(begun.elapsed() >= SECOND * 60);
    assert_eq!(running.end().await.handled, 2);
    let neighbour = attempts.0.lock().unwrap()[&quick.id()][0].0;
    assert!(neighbour - begun < SECOND, "{:?}", neighbour - begun);
}

#[tokio::test(start_paused = true)]
async fn a_handler_may_ask_for_a_delay_which_costs_an_attempt_like_any_other() {
    let (server, broker) = server();
    let attempts = Attempts::default();
    let noting = attempts.clone();
    let consumer = Consumer::new(QUEUE).retries(Retries::none().ladder([SECOND, SECOND * 10, SECOND * 100])).on(
        move |event: Event<WorkoutDeleted>, context: Context| {
            noting.note(&event, &context);
            async { Err::<(), _>(Failure::retry_after(SECOND * 7, "come back in a week")) }
        },
    );
    let running = start(&broker, consumer).await;
    let event = deleted(1);
    publish(&broker, &event).await;
    until(|| server.waiting(&format!("{QUEUE}.dead")) == Some(1)).await;
    running.end().await;
    assert_eq!(attempts.of(&event), (vec![10, 10, 10], vec![1, 2, 3, 4]));
}

/// Whoever may publish events may write any header.
#[tokio::test(start_paused = true)]
async fn attempts_that_a_publisher_claims_are_not_believed() {
    let (server, broker) = server();
    let attempts = Attempts::default();
    let noting = attempts.clone();
    let consumer = Consumer::new(QUEUE).on(move |event: Event<WorkoutDeleted>, context: Context| {
        noting.note(&event, &context);
        async {}
    });
    let running = start(&broker, consumer).await;
    let claims = [
        HeaderValue::Integer(1_000_000),
        HeaderValue::Integer(-1),
        HeaderValue::Integer(i64::MAX),
        HeaderValue::Text("abc".to_owned()),
    ];
    for claim in claims {
        let event = deleted(1);
        let mut message = Message::of(&event).unwrap();
        message.headers.push(("workout-attempts".into(), claim));
        message.headers.push(("x-death".into(), HeaderValue::Text("[{}]".to_owned())));
        publish_message(&broker, message).await;
        until(|| attempts.0.lock().unwrap().contains_key(&event.id())).await;
        assert_eq!(attempts.of(&event).1, [1]);
    }
    assert_eq!(running.end().await.handled, 4);
    assert_eq!(server.waiting(&format!("{QUEUE}.dead")), Some(0));
}

/// The queue that a message was to wait in is gone, and so are the dead letters.
#[tokio::test(start_paused = true)]
async fn a_queue_for_letters_that_somebody_deletes_is_declared_again_and_nothing_is_lost() {
    let (server, broker) = server();
    let consumer = Consumer::new(QUEUE)
        .retries(Retries::none().ladder([SECOND]))
        .on(async |_: Event<WorkoutDeleted>| Err::<(), _>("it never works"));
    let running = start(&broker, consumer).await;
    server.delete_queue(&format!("{QUEUE}.retry.1s"));
    server.delete_queue(&format!("{QUEUE}.dead"));
    publish(&broker, &deleted(1)).await;
    until(|| server.waiting(&format!("{QUEUE}.dead")) == Some(1)).await;
    let report = running.end().await;
    assert_eq!((report.retried, report.dead, report.left), (1, 1, 0));
}

/// The link for publishing is away while a message fails.
#[tokio::test(start_paused = true)]
async fn a_message_is_not_settled_before_its_letter_is_confirmed() {
    let (server, broker) = server();
    let consumer = Consumer::new(QUEUE)
        .retries(Retries::none())
        .on(async |_: Event<WorkoutDeleted>| Err::<(), _>("it never works"));
    let running = start(&broker, consumer).await;
    publish(&broker, &deleted(1)).await;
    server.lose_publishing();
    until(|| running.health.in_flight() == 1).await;
    sleep(SECOND * 60).await;
    assert_eq!((server.unsettled(QUEUE), server.waiting(&format!("{QUEUE}.dead"))), (1, Some(0)));
    server.restore_publishing();
    let back = Instant::now();
    until(|| server.waiting(&format!("{QUEUE}.dead")) == Some(1)).await;
    assert!(back.elapsed() <= SECOND * 2 + SECOND / 10, "{:?}", back.elapsed());
    until(|| server.unsettled(QUEUE) == 0).await;
    assert_eq!(running.end().await.dead, 1);
}
