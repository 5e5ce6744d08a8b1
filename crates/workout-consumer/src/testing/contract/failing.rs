//! What becomes of events whose handler fails.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use workout_events::{Event, EventId, WorkoutDeleted};

use super::FreshServer;
use super::kit::{
    QUEUE, Seen, dead, dead_becomes, dead_letters, deleted, depth_becomes, publish, publish_many, revision, same, soon,
    until,
};
use crate::consumer::Consumer;
use crate::dead_letters::{DeadLetters, Filter, Replay};
use crate::handler::{Context, Failure};
use crate::letter::Reason;
use crate::retries::Retries;
use crate::testing::Running;

/// Once at once, and then after each delay. The message waits on the broker.
pub async fn what_fails_is_tried_again_until_it_succeeds(server: &impl FreshServer) {
    let (broker, seen) = (server.connect().await, Seen::default());
    let noted = seen.clone();
    let retries = Retries::none().at_once(1).ladder([Duration::from_millis(200), Duration::from_millis(400)]);
    let consumer = Consumer::new(QUEUE).retries(retries).on(move |_: Event<WorkoutDeleted>, context: Context| {
        noted.note((context.attempt(), tokio::time::Instant::now()));
        async move { if context.attempt() < 4 { Err("not yet") } else { Ok(()) } }
    });
    let running = Running::start(&broker, consumer).await;
    publish(&broker, &deleted(1)).await;
    until("the fourth attempt is made", || seen.count() >= 4).await;
    let report = soon("the consumer ends", running.end()).await;
    assert_eq!((report.handled, report.retried, report.dead, report.left), (1, 2, 0, 0), "{report:?}");
    let attempts = seen.all();
    assert_eq!(attempts.iter().map(|(attempt, _)| *attempt).collect::<Vec<_>>(), [1, 2, 3, 4]);
    let pauses: Vec<_> = attempts.windows(2).map(|pair| pair[1].1 - pair[0].1).collect();
    assert!(pauses[1] >= Duration::from_millis(195) && pauses[2] >= Duration::from_millis(395), "{pauses:?}");
    assert_eq!(dead(&broker).await, 0);
}

/// Those before them and after them are handled, and so is what comes later.
pub async fn errors_and_panics_harm_no_neighbour(server: &impl FreshServer) {
    let (broker, seen) = (server.connect().await, Seen::default());
    let noted = seen.clone();
    let consumer = Consumer::new(QUEUE).retries(Retries::none()).on(move |event: Event<WorkoutDeleted>| {
        let (revision, seen) = (event.data().revision, noted.clone());
        async move {
            assert_ne!(revision % 10, 3, "a case that nobody thought of");
            if revision % 10 == 7 {
                return Err("it does not work");
            }
            seen.note(revision);
            Ok(())
        }
    });
    let running = Running::start(&broker, consumer).await;
    publish_many(&broker, 1..=50).await;
    dead_becomes(&broker, 10).await;
    publish_many(&broker, 51..=52).await;
    until("all others are handled", || seen.count() >= 42).await;
    let report = soon("the consumer ends", running.end()).await;
    assert_eq!((report.handled, report.dead, report.left), (42, 10, 0), "{report:?}");
    same(seen.all(), (1..=52).filter(|revision| !matches!(revision % 10, 3 | 7)));
}

/// With its errors, its attempts and where it came from.
pub async fn what_fails_to_the_end_is_dead_and_says_why(server: &impl FreshServer) {
    let broker = server.connect().await;
    let retries = Retries::none().at_once(1).ladder([Duration::from_millis(100)]);
    let consumer = Consumer::new(QUEUE).retries(retries).on(async |event: Event<WorkoutDeleted>| {
        Err::<(), _>(if event.data().revision == 1 { Failure::retry("not yet") } else { Failure::reject("never") })
    });
    let running = Running::start(&broker, consumer).await;
    publish_many(&broker, 1..=2).await;
    dead_becomes(&broker, 2).await;
    let report = soon("the consumer ends", running.end()).await;
    assert_eq!((report.handled, report.retried, report.dead), (0, 1, 2), "{report:?}");
    let mut letters = dead_letters(&broker).await;
    letters.sort_by_key(revision);
    let said: Vec<_> = letters.iter().map(|letter| (letter.reason, letter.attempts, letter.error.as_deref())).collect();
    assert_eq!(said, [(Reason::Exhausted, 3, Some("not yet")), (Reason::Rejected, 1, Some("never"))]);
    let from = |letter: &crate::DeadLetter| (letter.exchange.clone(), letter.routing_key.clone());
    assert!(letters.iter().all(|letter| from(letter) == ("workout.events".into(), "workout.deleted".into())));
}

/// The mistake is mended, the dead letters are replayed: each event counts once, and what was published twice is known
/// by its id.
pub async fn dead_letters_that_are_replayed_count_once(server: &impl FreshServer) {
    let broker = server.connect().await;
    let ledger: Arc<Mutex<BTreeMap<EventId, u32>>> = Arc::default();
    let mended = Arc::new(AtomicBool::new(false));
    let (counting, is_mended) = (Arc::clone(&ledger), Arc::clone(&mended));
    let consumer = Consumer::new(QUEUE).on(move |event: Event<WorkoutDeleted>| {
        let works = event.data().revision > 3 || is_mended.load(Ordering::SeqCst);
        if works {
            *counting.lock().unwrap_or_else(PoisonError::into_inner).entry(event.id()).or_default() += 1;
        }
        async move { if works { Ok(()) } else { Err(Failure::reject("a mistake of ours")) } }
    });
    let running = Running::start(&broker, consumer).await;
    let events: Vec<_> = (1..=6).map(deleted).collect();
    for event in events.iter().chain(&events[2..4]) {
        publish(&broker, event).await;
    }
    // 1, 2, and 3 twice.
    dead_becomes(&broker, 4).await;
    mended.store(true, Ordering::SeqCst);
    let dead_letters = DeadLetters::new(&broker, QUEUE);
    let replay = dead_letters.replay(Replay::of(Filter::all()), std::future::pending(), |_| {});
    let report = soon("the dead letters are replayed", replay).await.expect("they are");
    assert!(report.is_complete() && report.done == 4, "{report:?}");
    let handled = || ledger.lock().unwrap_or_else(PoisonError::into_inner).clone();
    until("all are handled", || handled().values().sum::<u32>() == 8).await;
    depth_becomes(&broker, QUEUE, 0).await;
    assert_eq!(soon("the consumer ends", running.end()).await.handled, 8);
    let want = events.iter().map(|event| (event.id(), if matches!(event.data().revision, 3 | 4) { 2 } else { 1 }));
    assert_eq!(handled(), want.collect());
    assert_eq!(dead(&broker).await, 0);
}
