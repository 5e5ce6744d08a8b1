use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::{Instant, sleep};
use workout_consumer::{Consumer, Context, Failure};
use workout_events::{Event, WorkoutDeleted, WorkoutId};

use crate::support::{QUEUE, publish, publish_many, server, start, until};

const SECOND: Duration = Duration::from_secs(1);

/// What is under way, the most that ever was, and the order of what was begun of each subject.
#[derive(Clone, Default)]
struct Seen {
    now: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
    begun: Arc<Mutex<BTreeMap<String, Vec<u32>>>>,
    at_once: Arc<Mutex<BTreeMap<String, usize>>>,
}

impl Seen {
    async fn handle(&self, event: Event<WorkoutDeleted>) {
        let subject = event.subject().to_owned();
        self.most.fetch_max(self.now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        self.begun.lock().unwrap().entry(subject.clone()).or_default().push(event.data().revision);
        let alone = {
            let mut at_once = self.at_once.lock().unwrap();
            let of_subject = at_once.entry(subject.clone()).or_default();
            *of_subject += 1;
            *of_subject == 1
        };
        assert!(alone, "two about the same at the same time");
        sleep(SECOND).await;
        *self.at_once.lock().unwrap().get_mut(&subject).unwrap() -= 1;
        self.now.fetch_sub(1, Ordering::SeqCst);
    }

    fn begun(&self) -> usize {
        self.begun.lock().unwrap().values().map(Vec::len).sum()
    }
}

fn consumer(seen: &Seen) -> Consumer<Seen> {
    Consumer::with_state(QUEUE, seen.clone())
        .on(async |event: Event<WorkoutDeleted>, context: Context<Seen>| context.state().handle(event).await)
}

#[tokio::test(start_paused = true)]
async fn as_many_handlers_run_at_once_as_were_asked_for() {
    for concurrency in [1, 7] {
        let (_server, broker) = server();
        let seen = Seen::default();
        let running = start(&broker, consumer(&seen).concurrency(concurrency)).await;
        publish_many(&broker, 50).await;
        until(|| seen.begun() == 50).await;
        until(|| seen.now.load(Ordering::SeqCst) == 0).await;
        assert_eq!(seen.most.load(Ordering::SeqCst), concurrency);
        assert_eq!(running.end().await.handled, 50);
    }
}

#[tokio::test(start_paused = true)]
async fn events_about_the_same_follow_one_another_while_others_run_in_parallel() {
    let (_server, broker) = server();
    let seen = Seen::default();
    let running = start(&broker, consumer(&seen).concurrency(8).in_order_of_subjects()).await;
    let workouts: Vec<_> = (0..8).map(|_| WorkoutId::generate()).collect();
    let begun = Instant::now();
    for revision in 1..=5 {
        for workout in &workouts {
            let event = Event::new("/tests", WorkoutDeleted::new(*workout, revision)).unwrap();
            publish(&broker, &event).await;
        }
    }
    until(|| seen.begun() == 40).await;
    assert_eq!(running.end().await.handled, 40);
    let order = seen.begun.lock().unwrap().clone();
    assert_eq!(order.len(), 8);
    assert!(order.values().all(|revisions| *revisions == [1, 2, 3, 4, 5]), "{order:?}");
    // Eight lines of five, one second each; one after another they would take 40.
    assert!(begun.elapsed() < SECOND * 8, "{:?}", begun.elapsed());
    assert_eq!(seen.most.load(Ordering::SeqCst), 8);
}

/// A long line of one subject takes no place from the others.
#[tokio::test(start_paused = true)]
async fn a_subject_that_many_events_are_about_does_not_hold_up_the_others() {
    let (_server, broker) = server();
    let seen = Seen::default();
    let running = start(&broker, consumer(&seen).concurrency(2).in_order_of_subjects()).await;
    let busy = WorkoutId::generate();
    for revision in 1..=20 {
        publish(&broker, &Event::new("/tests", WorkoutDeleted::new(busy, revision)).unwrap()).await;
    }
    let begun = Instant::now();
    publish_many(&broker, 5).await;
    until(|| seen.begun.lock().unwrap().len() == 6).await;
    assert!(begun.elapsed() < SECOND * 10, "{:?}", begun.elapsed());
    assert_eq!(running.end().await.handled, 25);
    let order = seen.begun.lock().unwrap();
    assert_eq!(order[&busy.to_string()], (1..=20).collect::<Vec<_>>());
}

/// What is held for too long goes back to the queue with all that is in its line, and not before it.
#[tokio::test(start_paused = true)]
async fn events_about_the_same_keep_their_order_over_an_outage() {
    let (_server, broker) = server();
    let seen: Arc<Mutex<Vec<u32>>> = Arc::default();
    let is_there = Arc::new(AtomicBool::new(true));
    let (noting, there) = (Arc::clone(&seen), Arc::clone(&is_there));
    let consumer = Consumer::new(QUEUE).in_order_of_subjects().on(move |event: Event<WorkoutDeleted>| {
        let answer = if there.load(Ordering::SeqCst) {
            noting.lock().unwrap().push(event.data().revision);
            Ok(())
        } else {
            Err(Failure::unavailable("connection refused"))
        };
        async { answer }
    });
    let running = start(&broker, consumer).await;
    publish_many(&broker, 1).await;
    until(|| seen.lock().unwrap().len() == 1).await;
    is_there.store(false, Ordering::SeqCst);
    let workout = WorkoutId::generate();
    for revision in 11..=20 {
        publish(&broker, &Event::new("/tests", WorkoutDeleted::new(workout, revision)).unwrap()).await;
    }
    // Longer than a message is held, and shorter than two are.
    sleep(Duration::from_secs(5 * 60 + 2)).await;
    is_there.store(true, Ordering::SeqCst);
    until(|| seen.lock().unwrap().len() == 11).await;
    assert_eq!(seen.lock().unwrap()[1..], (11..=20).collect::<Vec<_>>());
    assert_eq!(running.end().await.handled, 11);
}

/// Those that wait in a line come again, behind the one that was under way, and are not handled before that.
#[tokio::test(start_paused = true)]
async fn events_about_the_same_keep_their_order_over_a_lost_link() {
    let (server, broker) = server();
    let seen = Seen::default();
    let running = start(&broker, consumer(&seen).in_order_of_subjects()).await;
    publish_many(&broker, 1).await;
    until(|| running.health.last_settled().is_some()).await;
    let workout = WorkoutId::generate();
    for revision in 1..=5 {
        publish(&broker, &Event::new("/tests", WorkoutDeleted::new(workout, revision)).unwrap()).await;
    }
    until(|| seen.begun.lock().unwrap().contains_key(&workout.to_string())).await;
    server.close_channels(QUEUE);
    until(|| server.waiting(QUEUE) == Some(0) && server.unsettled(QUEUE) == 0).await;
    assert_eq!(seen.begun.lock().unwrap()[&workout.to_string()], [1, 1, 2, 3, 4, 5]);
    assert_eq!(running.end().await.handled, 6);
}
