use std::collections::BTreeSet;
use std::future::pending;
use std::num::NonZeroU32;

use tokio::sync::mpsc;
use tokio::time::Instant;
use workout_broker::Queue;
use workout_broker::in_process::Fate;
use workout_consumer::dead_letters::{Edits, End, Filter, NotReplayed, Progress, Replay};
use workout_consumer::{DeadLetter, Past, Reason};
use workout_events::WorkoutDeleted;
use workout_events::amqp::HeaderValue;

use super::site::{DEAD, QUEUE, Site, at, check_order, ids, next, text};
use crate::support::{deleted, soon};

fn all() -> Replay {
    Replay::of(Filter::all())
}

#[tokio::test]
async fn a_replayed_letter_begins_anew_and_keeps_where_it_came_from() {
    let site = Site::new().await;
    let event = deleted(1);
    site.bury(&event, Reason::Exhausted, 0, [("workout-dead-error", "no such user")]).await;
    let report = site.replay(all()).await;
    assert!(report.is_complete() && report.done == 1, "{report:?}");
    assert_eq!(site.waiting(), [1, 0]);

    let mut deliveries = site.consume().await;
    let delivery = next(&mut deliveries).await;
    assert_eq!((delivery.exchange(), delivery.routing_key()), ("", QUEUE));
    assert_eq!((delivery.body(), delivery.message_id()), (&event.encode()[..], Some(&*event.id().to_string())));
    assert_eq!(delivery.header("workout-attempts"), Some(HeaderValue::Integer(0)));
    assert_eq!(text(&delivery, "workout-exchange").as_deref(), Some("workout.events"));
    assert_eq!(text(&delivery, "workout-routing-key").as_deref(), Some("workout.deleted"));
    for gone in ["workout-dead-reason", "workout-dead-error", "workout-dead-time", "workout-first-time"] {
        assert_eq!(delivery.header(gone), None, "{gone}");
    }
    // It dies again, of the broker this time.
    delivery.reject().await.unwrap();
    deliveries.close().await.unwrap();
    let letters = site.letters().await;
    let [letter] = &letters[..] else { panic!("{letters:?}") };
    assert_eq!((letter.reason, &*letter.exchange, letter.attempts), (Reason::Rejected, "workout.events", 0));
    let [Past::Died { time, reason, attempts, error, .. }, Past::Replayed { edited: false, .. }] = &letter.history[..]
    else {
        panic!("{letter:?}")
    };
    let died = (*time, *reason, *attempts, error.as_deref());
    assert_eq!(died, (Some(at(0)), Reason::Exhausted, 5, Some("no such user")));
}

#[tokio::test]
async fn only_what_is_meant_is_replayed_and_the_rest_stays_in_its_order() {
    let (site, events) = Site::with_letters(1_700).await;
    let (mut meant, mut rest) = (BTreeSet::new(), Vec::new());
    let mut filter = Filter::all();
    for (n, event) in events.iter().enumerate() {
        let id = event.id().to_string();
        if n % 3 == 0 {
            filter = filter.id(&*id);
            meant.insert(id);
        } else {
            rest.push(id);
        }
    }
    let report = site.replay(Replay::of(filter)).await;
    assert_eq!((report.seen, report.meant, report.done), (1_700, 567, 567));
    check_order(&ids(&site.letters().await), &rest);
    let mut deliveries = site.consume().await;
    for _ in 0..567 {
        let delivery = next(&mut deliveries).await;
        assert!(meant.remove(delivery.message_id().unwrap()));
        delivery.ack().await.unwrap();
    }
}

#[tokio::test]
async fn what_dies_again_meanwhile_is_left_for_later() {
    let (site, _) = Site::with_letters(300).await;
    let mut deliveries = site.consume().await;
    let rejecting = tokio::spawn(async move {
        while let Some(Ok(delivery)) = deliveries.next().await {
            delivery.reject().await.unwrap();
        }
    });
    let report = site.replay(all()).await;
    assert_eq!((report.seen, report.done), (300, 300));
    rejecting.abort();
}

#[tokio::test]
async fn a_stop_leaves_what_is_not_done() {
    let (site, events) = Site::with_letters(1_000).await;
    let (stop, mut stopped) = mpsc::channel(1);
    let mut done = 0;
    let each = |progress: Progress<'_>| {
        done += usize::from(matches!(progress, Progress::Done(_)));
        if done == 250 {
            let _ = stop.try_send(());
        }
    };
    let asked = async move { stopped.recv().await.unwrap_or_default() };
    let report = soon(site.dead.replay(all(), asked, each)).await.unwrap();
    assert!(matches!(report.end, End::Asked) && (250..1_000).contains(&report.done), "{report:?}");
    let done = usize::try_from(report.done).unwrap();
    assert_eq!(site.waiting(), [done, 1_000 - done]);
    let rest: Vec<_> = events[done..].iter().map(|event| event.id().to_string()).collect();
    check_order(&ids(&site.letters().await), &rest);
}

#[tokio::test]
async fn what_fails_stays_and_too_much_of_it_ends_the_replay() {
    let (site, events) = Site::with_letters(250).await;
    site.server.nth(2, Fate::Nacked);
    site.server.nth(5, Fate::Nacked);
    let mut told = Vec::new();
    let each = |progress: Progress<'_>| {
        if let Progress::Failed(letter, why) = progress {
            told.push((letter.id.clone(), matches!(why, NotReplayed::Nacked)));
        }
    };
    let two = NonZeroU32::new(2).unwrap();
    let report = soon(site.dead.replay(all().max_failures(two), pending(), each)).await.unwrap();
    assert!(matches!(report.end, End::Failures) && !report.is_complete(), "{report:?}");
    assert_eq!((report.done, report.failed), (98, 2));
    let id = |n: usize| events[n].id().to_string();
    assert_eq!(told, [(Some(id(1)), true), (Some(id(4)), true)]);
    let left: Vec<_> = [1, 4].into_iter().chain(100..250).map(id).collect();
    check_order(&ids(&site.letters().await), &left);
}

#[tokio::test]
async fn a_queue_that_is_gone_gets_nothing_and_its_letters_stay() {
    let (site, _) = Site::with_letters(30).await;
    site.server.delete_queue(QUEUE);
    let report = site.replay(all()).await;
    assert!(matches!(report.end, End::Failures), "{report:?}");
    assert_eq!((report.done, report.failed, site.server.waiting(DEAD)), (0, 30, Some(30)));
}

#[tokio::test]
async fn a_lost_link_ends_it_and_no_letter_is_in_neither_queue() {
    let (site, events) = Site::with_letters(500).await;
    let server = site.server.clone();
    let mut done = 0;
    let each = |progress: Progress<'_>| {
        done += u32::from(matches!(progress, Progress::Done(_)));
        if done == 150 {
            server.lose_consuming();
            server.restore_consuming();
        }
    };
    let report = soon(site.dead.replay(all(), pending(), each)).await.unwrap();
    assert!(matches!(report.end, End::Lost(_)), "{report:?}");
    let mut found = BTreeSet::from_iter(ids(&site.letters().await));
    let mut deliveries = site.consume().await;
    for _ in 0..site.server.waiting(QUEUE).unwrap() + site.server.unsettled(QUEUE) {
        let delivery = next(&mut deliveries).await;
        found.insert(delivery.message_id().unwrap().to_owned());
        delivery.ack().await.unwrap();
    }
    assert_eq!(found, events.iter().map(|event| event.id().to_string()).collect());
}

#[tokio::test]
async fn an_edited_letter_goes_with_its_new_body_and_others_stay() {
    let (site, events) = Site::with_letters(4).await;
    let letters = site.letters().await;
    let (other, mut edits) = (deleted(77), Edits::new());
    edits.insert(letters[1].key, other.encode());
    edits.insert(letters[2].key, letters[2].body().to_vec());
    assert_eq!(edits.len(), 2);
    assert!(!format!("{edits:?}").contains("workout_id"));
    let report = site.replay(all().edits(edits)).await;
    assert_eq!((report.seen, report.meant, report.done), (4, 2, 2));
    let mut deliveries = site.consume().await;
    let edited = next(&mut deliveries).await;
    assert_eq!((edited.body(), edited.message_id()), (&other.encode()[..], Some(&*other.id().to_string())));
    assert!(text(&edited, "workout-history").unwrap().contains(r#""replayed":true,"edited":true"#));
    let same = next(&mut deliveries).await;
    assert_eq!(same.body(), events[2].encode());
    assert!(text(&same, "workout-history").unwrap().contains(r#""edited":false"#));
    let left = [&events[0], &events[3]].map(|event| event.id().to_string());
    check_order(&ids(&site.letters().await), &left);
}

#[tokio::test(start_paused = true)]
async fn a_pace_is_kept() {
    let (site, _) = Site::with_letters(100).await;
    let begin = Instant::now();
    let report = site.replay(all().per_second(NonZeroU32::new(20).unwrap())).await;
    assert_eq!(report.done, 100);
    let seconds = begin.elapsed().as_secs_f64();
    assert!((4.5..7.0).contains(&seconds), "{seconds}");
}

#[tokio::test]
async fn copies_of_a_letter_are_edited_each() {
    let site = Site::new().await;
    let event = deleted(1);
    for _ in 0..3 {
        site.bury(&event, Reason::Exhausted, 0, []).await;
    }
    let letters: Vec<DeadLetter> = site.letters().await;
    assert!(letters.iter().all(|letter| letter.key == letters[0].key));
    let mut edits = Edits::new();
    edits.insert(letters[0].key, event.encode());
    edits.insert(letters[0].key, event.encode());
    let report = site.replay(all().edits(edits)).await;
    assert_eq!((report.done, site.waiting()), (2, [2, 1]));
}

#[tokio::test]
async fn a_replay_can_be_done_in_a_task() {
    let (site, _) = Site::with_letters(3).await;
    site.broker.declare(&Queue::new(QUEUE).bind_type::<WorkoutDeleted>()).await.unwrap();
    let dead = site.dead.clone();
    let replay = tokio::spawn(async move { dead.replay(all(), pending(), |_| {}).await });
    assert_eq!(soon(replay).await.unwrap().unwrap().done, 3);
}
