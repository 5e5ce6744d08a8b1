//! The publisher over a server that does as it is told, under controlled time.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::{StreamExt, future, stream};
use tokio::task::yield_now;
use tokio::time::{sleep, timeout};
use workout_broker::Queue;
use workout_broker::in_process::{Fate, Server, Windows};
use workout_events::amqp::Message;
use workout_events::types::user::UserErased;
use workout_events::{Event, UserId};
use workout_publisher::{BreakerState, Outcome, Publisher, PublisherBuilder, WhenFull};

const QUEUE: &str = "publisher";

/// A server with a queue for what is published, and a publisher with one lane.
async fn publisher(change: impl FnOnce(PublisherBuilder) -> PublisherBuilder) -> (Server, Publisher) {
    let server = Server::new();
    let broker = server.connect();
    broker.declare(&Queue::new(QUEUE).bind_type::<UserErased>()).await.unwrap();
    let publisher = change(Publisher::builder(broker).lanes(1)).start();
    (server, publisher)
}

fn event() -> Event<UserErased> {
    Event::new("/tests", UserErased::new(UserId::generate())).unwrap()
}

fn id(event: &Event<UserErased>) -> String {
    event.id().to_string()
}

/// What is written from now on, batch by batch.
fn recorded(mut windows: Windows) -> Arc<Mutex<Vec<Vec<String>>>> {
    let record = Arc::new(Mutex::new(Vec::new()));
    let written = Arc::clone(&record);
    tokio::spawn(async move {
        loop {
            let window = windows.next().await;
            written.lock().unwrap().push(window);
        }
    });
    record
}

#[tokio::test(start_paused = true)]
async fn concurrent_callers_share_a_batch() {
    let (server, publisher) = publisher(|builder| builder).await;
    let written = recorded(server.windows());
    let events: Vec<_> = (0..100).map(|_| event()).collect();
    let outcomes = future::join_all(events.iter().map(|event| publisher.publish(event))).await;
    assert!(outcomes.iter().all(|outcome| *outcome.as_ref().unwrap() == Outcome::Confirmed));
    yield_now().await;
    let written = written.lock().unwrap();
    assert!(written.len() <= 2, "{} batches", written.len());
    assert_eq!(written.concat(), events.iter().map(id).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn callers_with_one_event_share_its_outcome() {
    let (server, publisher) = publisher(|builder| builder).await;
    server.hold_confirms();
    let mut windows = server.windows();
    let event = event();
    let (first, second, written) = tokio::join!(publisher.publish(&event), publisher.publish(&event), async {
        let written = windows.next().await;
        server.release_confirms();
        written
    });
    assert_eq!((first.unwrap(), second.unwrap(), written.len()), (Outcome::Confirmed, Outcome::Confirmed, 1));
    assert!(windows.try_next().is_none(), "nothing is written twice");
}

#[tokio::test(start_paused = true)]
async fn what_is_not_the_same_shares_no_outcome() {
    let (server, publisher) = publisher(|builder| builder).await;
    let event = event();
    let mut forged = Message::of(&event).unwrap();
    forged.body.push(b' ');
    let (outcome, refused) =
        tokio::join!(publisher.publish(&event), publisher.publish_message(event.id(), forged, Duration::from_secs(1)));
    assert!(outcome.unwrap().is_confirmed() && refused.unwrap_err().is_other());
    assert_eq!(server.waiting(QUEUE), Some(1));
}

#[tokio::test(start_paused = true)]
async fn what_has_no_answer_is_published_again_under_its_id() {
    let (server, publisher) = publisher(|builder| builder).await;
    let written = recorded(server.windows());
    server.script([Fate::Unconfirmed, Fate::Nacked]);
    let event = event();
    assert_eq!(publisher.publish(&event).await.unwrap(), Outcome::Confirmed);
    yield_now().await;
    assert_eq!(*written.lock().unwrap(), vec![vec![id(&event)]; 3]);
    assert_eq!(server.waiting(QUEUE), Some(2), "its readers know it by its id");
}

#[tokio::test(start_paused = true)]
async fn one_that_has_no_answer_keeps_no_neighbour_waiting() {
    let (server, publisher) = publisher(|builder| builder.confirm_limit(Duration::from_secs(10))).await;
    server.nth(3, Fate::Lost);
    let events: Vec<_> = (0..10).map(|_| event()).collect();
    let start = tokio::time::Instant::now();
    let took = future::join_all(events.iter().map(|event| async {
        assert_eq!(publisher.publish(event).await.unwrap(), Outcome::Confirmed);
        start.elapsed()
    }))
    .await;
    for (n, took) in (1..).zip(took) {
        assert_eq!(took >= Duration::from_secs(10), n == 3, "{n}: {took:?}");
    }
}

/// Of what may have been written nobody can say that it was not.
#[tokio::test(start_paused = true)]
async fn what_was_unknown_once_does_not_become_certainly_unpublished() {
    let (server, publisher) = publisher(|builder| builder).await;
    server.script([Fate::Unconfirmed]);
    let mut windows = server.windows();
    let event = event();
    let (outcome, ()) = tokio::join!(publisher.publish_with_deadline(&event, Duration::from_secs(20)), async {
        windows.next().await;
        server.lose_publishing();
    });
    assert_eq!(outcome.unwrap(), Outcome::Unknown);
    assert_eq!(server.waiting(QUEUE), Some(1));
}

#[tokio::test(start_paused = true)]
async fn what_may_be_in_a_queue_is_not_called_returned() {
    let (server, publisher) = publisher(|builder| builder).await;
    server.script([Fate::Unconfirmed, Fate::Returned]);
    assert_eq!(publisher.publish(&event()).await.unwrap(), Outcome::Unknown);
    assert_eq!(server.waiting(QUEUE), Some(1));
}

#[tokio::test(start_paused = true)]
async fn a_returned_event_is_not_published_again() {
    let (server, publisher) = publisher(|builder| builder).await;
    let written = recorded(server.windows());
    server.script([Fate::Returned]);
    assert_eq!(publisher.publish(&event()).await.unwrap(), Outcome::Returned);
    yield_now().await;
    assert_eq!(written.lock().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_deadline_withdraws_what_was_not_written() {
    let (server, publisher) = publisher(|builder| builder.window(1)).await;
    server.hold_confirms();
    let mut windows = server.windows();
    let (stuck, waiting) = (event(), event());
    let limit = Duration::from_secs(1);
    let (first, second) =
        tokio::join!(publisher.publish_with_deadline(&stuck, limit), publisher.publish_with_deadline(&waiting, limit));
    assert_eq!(first.unwrap(), Outcome::Unknown, "it was written, and nobody knows");
    assert!(second.unwrap_err().is_withdrawn());
    server.release_confirms();
    // The lane is free again, and steps over what was withdrawn.
    let third = event();
    assert_eq!(publisher.publish(&third).await.unwrap(), Outcome::Confirmed);
    assert_eq!((windows.next().await, windows.next().await), (vec![id(&stuck)], vec![id(&third)]));
}

#[tokio::test(start_paused = true)]
async fn a_broker_that_blocks_or_is_gone_is_not_written_to() {
    let (server, publisher) = publisher(|builder| builder.breaker(1_000, Duration::from_secs(1))).await;
    let limit = Duration::from_secs(1);
    server.lose_publishing();
    let error = publisher.publish_with_deadline(&event(), limit).await.unwrap_err();
    assert!(error.is_withdrawn(), "{error:?}");
    let reason = std::error::Error::source(&error).map(ToString::to_string);
    assert_eq!(reason.as_deref(), Some("there is no link to the broker at the moment"));
    server.restore_publishing();

    server.block();
    // RabbitMQ blocks a connection when something is published on it.
    assert_eq!(publisher.publish_with_deadline(&event(), limit).await.unwrap(), Outcome::Unknown);
    sleep(Duration::from_mins(1)).await;
    assert!(publisher.publish_with_deadline(&event(), limit).await.unwrap_err().is_withdrawn());
    server.unblock();
    assert_eq!(publisher.publish(&event()).await.unwrap(), Outcome::Confirmed);
    assert_eq!(server.waiting(QUEUE), Some(2), "what was withdrawn was not published");
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_goes_away_withdraws_what_was_not_written() {
    let (server, publisher) = publisher(|builder| builder.window(1)).await;
    server.hold_confirms();
    let written = recorded(server.windows());
    let (stuck, dropped, last) = (event(), event(), event());
    let (stuck_outcome, (), last_outcome, ()) = tokio::join!(
        publisher.publish(&stuck),
        async {
            let going = publisher.publish(&dropped);
            assert!(timeout(Duration::from_millis(10), going).await.is_err());
        },
        async {
            sleep(Duration::from_millis(20)).await;
            publisher.publish(&last).await
        },
        async {
            sleep(Duration::from_millis(30)).await;
            server.release_confirms();
        }
    );
    assert_eq!((stuck_outcome.unwrap(), last_outcome.unwrap()), (Outcome::Confirmed, Outcome::Confirmed));
    yield_now().await;
    assert_eq!(written.lock().unwrap().concat(), [id(&stuck), id(&last)]);
}

#[tokio::test(start_paused = true)]
async fn a_full_line_refuses_or_waits_as_it_was_told() {
    let (first, second) = (event(), event());
    for (policy, refuses) in [(WhenFull::Refuse, true), (WhenFull::Wait, false)] {
        let (server, publisher) = publisher(|builder| builder.capacity(1).when_full(policy)).await;
        server.hold_confirms();
        let mut windows = server.windows();
        let (outcome, other, ()) = tokio::join!(
            publisher.publish(&first),
            async {
                yield_now().await;
                publisher.publish(&second).await
            },
            async {
                windows.next().await;
                sleep(Duration::from_millis(1)).await;
                server.release_confirms();
            }
        );
        assert!(outcome.unwrap().is_confirmed());
        if refuses {
            assert!(other.unwrap_err().is_full());
        } else {
            assert!(other.unwrap().is_confirmed());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn withdrawn_events_free_their_places() {
    let (server, publisher) = publisher(|builder| builder.capacity(2).window(1)).await;
    server.hold_confirms();
    let stuck = event();
    for _ in 0..10 {
        let (long, short, other) = (Duration::from_millis(10), Duration::from_millis(5), event());
        let _ =
            tokio::join!(publisher.publish_with_deadline(&stuck, long), publisher.publish_with_deadline(&other, short));
    }
    server.release_confirms();
    assert!(publisher.publish(&event()).await.unwrap().is_confirmed());
    assert_eq!(server.waiting(QUEUE), Some(2));
}

#[tokio::test(start_paused = true)]
async fn the_breaker_refuses_new_events_after_three_failures_and_lets_them_in_again() {
    let (server, publisher) = publisher(|builder| builder).await;
    let written = recorded(server.windows());
    server.script([Fate::Nacked; 3]);
    let under_way = event();
    let (outcome, refused) = tokio::join!(publisher.publish(&under_way), async {
        while publisher.breaker() != BreakerState::Open {
            sleep(Duration::from_millis(1)).await;
        }
        publisher.publish(&event()).await
    });
    assert!(refused.unwrap_err().is_breaker_open());
    assert!(outcome.unwrap().is_confirmed(), "what was under way is tried on");
    assert_eq!(publisher.breaker(), BreakerState::Closed);
    yield_now().await;
    assert_eq!(written.lock().unwrap().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn closing_drains_and_says_what_is_left() {
    let event = event();
    let (server, publisher) = publisher(|builder| builder).await;
    server.hold_confirms();
    let (outcome, report) = tokio::join!(publisher.publish(&event), async {
        sleep(Duration::from_millis(1)).await;
        publisher.close(Duration::from_secs(1)).await
    });
    assert_eq!((outcome.unwrap(), report.left), (Outcome::Unknown, vec![event.id()]));
    assert!(publisher.publish(&event).await.unwrap_err().is_closed());

    let (_server, publisher) = self::publisher(|builder| builder).await;
    let outcomes = tokio::join!(publisher.publish(&event), async {
        yield_now().await;
        publisher.close(Duration::from_secs(1)).await
    });
    assert!(outcomes.0.unwrap().is_confirmed() && outcomes.1.left.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_stream_of_events_gives_outcomes_in_its_order() {
    // With room for all, and with less than the stream would like to have under way.
    for capacity in [10_000, 7] {
        let (server, publisher) = publisher(|builder| builder.capacity(capacity)).await;
        let written = recorded(server.windows());
        server.nth(5, Fate::Nacked);
        let events: Vec<_> = (0..1_000).map(|_| event()).collect();
        let ids: Vec<_> = events.iter().map(Event::id).collect();
        let outcomes: Vec<_> = publisher.publish_all(stream::iter(events)).collect().await;
        assert_eq!(outcomes.iter().map(|(id, _)| *id).collect::<Vec<_>>(), ids);
        assert!(outcomes.iter().all(|(_, outcome)| outcome.as_ref().unwrap().is_confirmed()));
        assert!(written.lock().unwrap().len() < 20 || capacity == 7);
        assert_eq!(server.waiting(QUEUE), Some(1_000));
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_ends_its_events_at_their_deadline_and_withdraws_what_was_not_written() {
    let (server, publisher) = publisher(|builder| builder.window(2).capacity(3).deadline(Duration::from_secs(1))).await;
    server.hold_confirms();
    let events: Vec<_> = (0..4).map(|_| event()).collect();
    let outcomes: Vec<_> = publisher.publish_all(stream::iter(events)).map(|(_, outcome)| outcome).collect().await;
    assert!(
        matches!(outcomes.as_slice(), [Ok(Outcome::Unknown), Ok(Outcome::Unknown), Err(_), Err(_)]),
        "{outcomes:?}"
    );
    assert!(outcomes.into_iter().skip(2).all(|outcome| outcome.unwrap_err().is_withdrawn()));
    assert_eq!(server.waiting(QUEUE), Some(2));

    let mut dropped = Box::pin(publisher.publish_all(stream::iter([event(), event()])));
    assert!(timeout(Duration::from_millis(10), dropped.next()).await.is_err());
    drop(dropped);
    server.release_confirms();
    assert!(publisher.publish(&event()).await.unwrap().is_confirmed());
    assert_eq!(server.waiting(QUEUE), Some(3), "the lane was full, so nothing of the second stream was written");
}

#[tokio::test(start_paused = true)]
async fn an_event_that_no_broker_takes_is_found_among_its_neighbours() {
    let (server, publisher) = publisher(|builder| builder).await;
    let events: Vec<_> = (0..20).map(|_| event()).collect();
    let mut lost = Message::of(&event()).unwrap();
    lost.exchange = "no.such.exchange".into();
    let odd = event().id();
    let (outcomes, error) = tokio::join!(
        future::join_all(events.iter().map(|event| publisher.publish(event))),
        publisher.publish_message(odd, lost, Duration::from_secs(30))
    );
    assert!(outcomes.into_iter().all(|outcome| outcome.unwrap().is_confirmed()));
    assert!(error.unwrap_err().is_not_found());
    assert!(server.waiting(QUEUE).unwrap() >= 20);
}
