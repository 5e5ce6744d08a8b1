use workout_consumer::Reason;
use workout_consumer::dead_letters::{End, Filter, Replay};
use workout_events::amqp::Message;
use workout_events::{Code, Registry};

use super::site::{DEAD, QUEUE, Site, at, check_order, ids, next};
use crate::support::{deleted, publish, publish_message, soon};

#[tokio::test]
async fn a_letter_tells_how_it_died() {
    let site = Site::new().await;
    let event = deleted(1);
    let headers = [
        ("workout-first-time", "2027-01-15T07:59:00Z"),
        ("workout-dead-error", "cannot store: the disk is full"),
        ("workout-dead-code", "unknown_type"),
        ("workout-dead-pointer", "/type"),
    ];
    site.bury(&event, Reason::Quarantined, 0, headers).await;
    let letters = site.letters().await;
    let [letter] = &letters[..] else { panic!("{letters:?}") };
    assert_eq!(
        (letter.id.clone(), letter.event_type.as_deref()),
        (Some(event.id().to_string()), Some("workout.deleted"))
    );
    assert_eq!((letter.reason, letter.attempts, letter.died), (Reason::Quarantined, 5, Some(at(0))));
    assert_eq!(letter.first_time, Some(at(-60)));
    let told = [&letter.error, &letter.code, &letter.pointer].map(Option::as_deref);
    assert_eq!(told, [Some("cannot store: the disk is full"), Some("unknown_type"), Some("/type")]);
    assert_eq!([&*letter.exchange, &*letter.routing_key], ["workout.events", "workout.deleted"]);
    assert_eq!((letter.body(), letter.history.len()), (&event.encode()[..], 0));
    // Nobody reads it in a log.
    let debug = format!("{letter:?}");
    assert!(debug.contains("Quarantined") && !debug.contains("workout_id") && !debug.contains("disk"), "{debug}");
}

#[tokio::test]
async fn what_the_broker_moved_is_told_as_far_as_it_tells() {
    let site = Site::new().await;
    let mut message = Message::of(&deleted(1)).unwrap();
    message.body = b"\xff\0".to_vec();
    publish_message(&site.broker, message).await;
    let mut deliveries = site.consume().await;
    next(&mut deliveries).await.reject().await.unwrap();
    deliveries.close().await.unwrap();
    let letters = site.letters().await;
    let [letter] = &letters[..] else { panic!("{letters:?}") };
    assert_eq!((letter.reason, letter.died, letter.attempts), (Reason::Rejected, None, 0));
    assert_eq!((&*letter.exchange, letter.body()), ("workout.events", &b"\xff\0"[..]));
}

#[tokio::test]
async fn a_filter_takes_what_it_says_and_leaves_the_rest_in_its_order() {
    let site = Site::new().await;
    let mut events = Vec::new();
    for n in 0..6 {
        let event = deleted(n + 1);
        let reason = if n % 2 == 0 { Reason::Exhausted } else { Reason::Rejected };
        site.bury(&event, reason, n.into(), [("workout-dead-error", &*format!("error {n}"))]).await;
        events.push(event);
    }
    let all = ids(&site.letters().await);
    assert_eq!(all, events.iter().map(|event| event.id().to_string()).collect::<Vec<_>>());
    let check = async |filter: Filter, want: &[usize]| {
        let meant = ids(&site.meant(filter.clone()).await);
        assert_eq!(meant, want.iter().map(|n| all[*n].clone()).collect::<Vec<_>>(), "{filter:?}");
        assert_eq!(ids(&site.letters().await), all, "{filter:?}");
    };
    check(Filter::all().reason(Reason::Rejected), &[1, 3, 5]).await;
    check(Filter::all().reason(Reason::Rejected).reason(Reason::Parked), &[1, 3, 5]).await;
    check(Filter::all().from(at(2)), &[2, 3, 4, 5]).await;
    check(Filter::all().from(at(2)).until(at(5)).reason(Reason::Exhausted), &[2, 4]).await;
    check(Filter::all().id(&*all[4]).id("nobody"), &[4]).await;
    check(Filter::all().error_contains("r 3"), &[3]).await;
    check(Filter::all().event_type("workout.deleted"), &[0, 1, 2, 3, 4, 5]).await;
    check(Filter::all().event_type("workout.performed"), &[]).await;
    let key = site.letters().await[2].key.to_string();
    check(Filter::all().id(key), &[2]).await;
    assert_eq!(site.dead.find(Filter::all().id(&*all[4])).await.unwrap().unwrap().died, Some(at(4)));
    assert_eq!(site.dead.find(Filter::all().id("nobody")).await.unwrap(), None);
    check_order(&ids(&site.letters().await), &all);
}

#[tokio::test]
async fn letters_without_a_time_are_counted_and_not_meant_by_time() {
    let (site, _) = Site::with_letters(1).await;
    publish(&site.broker, &deleted(9)).await;
    let mut deliveries = site.consume().await;
    next(&mut deliveries).await.reject().await.unwrap();
    deliveries.close().await.unwrap();

    let mut reading = site.dead.read(Filter::all().from(at(-1))).await.unwrap();
    assert_eq!(soon(reading.next()).await.unwrap().unwrap().died, Some(at(0)));
    assert!(soon(reading.next()).await.is_none());
    let report = reading.close().await.unwrap();
    assert_eq!((report.seen, report.meant, report.undated), (2, 1, 1));
}

#[tokio::test]
async fn more_than_may_be_held_is_said() {
    let (site, events) = Site::with_letters(1_203).await;
    let few = site.dead.clone().hold(700);
    let mut reading = few.read(Filter::all()).await.unwrap();
    let mut read = 0;
    while soon(reading.next()).await.transpose().unwrap().is_some() {
        read += 1;
    }
    let report = reading.close().await.unwrap();
    assert!(matches!(report.end, End::Limit) && !report.is_complete(), "{report:?}");
    assert_eq!((read, report.seen, report.waiting), (700, 700, 1_203));
    let all: Vec<_> = events.iter().map(|event| event.id().to_string()).collect();
    check_order(&ids(&site.letters().await), &all);
    // With several subscriptions.
    check_order(&ids(&site.letters().await), &all);
}

#[tokio::test]
async fn a_lost_link_is_an_error_and_nothing_is_gone() {
    let (site, _) = Site::with_letters(3).await;
    let mut reading = site.dead.read(Filter::all()).await.unwrap();
    soon(reading.next()).await.unwrap().unwrap();
    site.server.lose_consuming();
    site.server.restore_consuming();
    assert!(soon(reading.next()).await.unwrap().unwrap_err().is_transient());
    assert!(soon(reading.next()).await.is_none());
    drop(reading);
    assert_eq!(site.waiting(), [0, 3]);
}

#[tokio::test]
async fn a_queue_that_is_not_there_is_told_by_its_name() {
    let site = Site::new().await;
    site.server.delete_queue(DEAD);
    let error = site.dead.read(Filter::all()).await.unwrap_err();
    assert!(error.is_not_found() && !error.is_transient(), "{error:?}");
    assert_eq!(error.to_string(), "there is no queue tests.letters.dead");
}

#[tokio::test]
async fn a_rehearsal_says_what_a_reader_would_and_changes_nothing() {
    let site = Site::new().await;
    let (good, bad) = (deleted(1), deleted(2));
    site.bury(&good, Reason::Exhausted, 0, []).await;
    let mut message = Message::of(&bad).unwrap();
    (message.exchange, message.routing_key) = ("".into(), DEAD.into());
    message.body = b"{}".to_vec();
    publish_message(&site.broker, message).await;

    let mut told = Vec::new();
    let replay = Replay::of(Filter::all());
    let each = |letter: &workout_consumer::DeadLetter, said: Result<_, workout_events::DecodeError>| {
        told.push((letter.id.clone(), said.map(drop).map_err(|error| error.violations().first().code)));
    };
    let report = soon(site.dead.rehearse(replay, &Registry::workout(), std::future::pending(), each)).await.unwrap();
    assert_eq!((report.meant, report.done), (2, 0));
    let id = |event: &workout_events::Event<_>| Some(event.id().to_string());
    assert_eq!(told, [(id(&good), Ok(())), (id(&bad), Err(Code::Missing))]);
    assert_eq!(site.waiting(), [0, 2]);
    assert_eq!(QUEUE.len() + 5, DEAD.len());
}
