//! Events that go badly harm neither each other nor those that go well; and what a caller is told is true.

use std::time::Duration;

use futures_util::future;
use tokio::time::{Instant, sleep, timeout};
use workout_broker::in_process::{Fate, Server};
use workout_broker::{Broker, Queue};
use workout_events::amqp::Message;
use workout_events::types::user::UserErased;
use workout_events::{Event, UserId, WorkoutDeleted, WorkoutId};
use workout_publisher::{BreakerState, Outcome, Publisher, PublisherBuilder};

const QUEUE: &str = "fairness";
const SECOND: Duration = Duration::from_secs(1);

async fn publisher(change: impl FnOnce(PublisherBuilder) -> PublisherBuilder) -> (Server, Broker, Publisher) {
    let server = Server::new();
    let broker = server.connect();
    broker.declare(&Queue::new(QUEUE).bind_type::<UserErased>()).await.unwrap();
    let publisher = change(Publisher::builder(broker.clone())).start();
    (server, broker, publisher)
}

fn event() -> Event<UserErased> {
    Event::new("/tests", UserErased::new(UserId::generate())).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_full_queue_does_not_slow_down_the_others() {
    let mut took = Vec::new();
    for stuck in [0, 500] {
        let (server, _, publisher) = publisher(|builder| builder.breaker(1_000_000, SECOND)).await;
        server.latency(Duration::from_millis(5));
        server.capacity(1);
        assert!(publisher.publish(&event()).await.unwrap().is_confirmed());
        for _ in 0..stuck {
            let publisher = publisher.clone();
            tokio::spawn(async move { publisher.publish(&event()).await });
        }
        sleep(5 * SECOND).await;
        let start = Instant::now();
        for _ in 0..20 {
            let other = Event::new("/tests", WorkoutDeleted::new(WorkoutId::generate(), 2)).unwrap();
            assert_eq!(publisher.publish(&other).await.unwrap(), Outcome::Returned);
        }
        took.push(start.elapsed());
    }
    assert!(took[1] < took[0] * 5, "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn one_that_never_has_an_answer_keeps_no_later_one_waiting() {
    let (server, _, publisher) = publisher(|builder| builder).await;
    server.script([Fate::Lost; 3]);
    let (lost, later) = (event(), event());
    let (_, took) = tokio::join!(publisher.publish(&lost), async {
        sleep(Duration::from_millis(20_500)).await;
        let start = Instant::now();
        assert!(publisher.publish(&later).await.unwrap().is_confirmed());
        start.elapsed()
    });
    assert!(took < SECOND, "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_broker_that_is_blocked_still_says_what_it_has() {
    let (server, _, publisher) = publisher(|builder| builder.deadline(5 * SECOND)).await;
    server.hold_confirms();
    let mut windows = server.windows();
    let (one, two, three) = (event(), event(), event());
    let later = async |event: &_, pause| {
        sleep(pause).await;
        publisher.publish(event).await
    };
    let (first, ..) = tokio::join!(publisher.publish(&one), later(&two, SECOND / 2), later(&three, SECOND), async {
        windows.next().await;
        server.block();
        sleep(2 * SECOND).await;
        server.release_confirms();
    });
    assert_eq!(first.unwrap(), Outcome::Confirmed);
}

#[tokio::test(start_paused = true)]
async fn publishing_goes_on_when_the_broker_is_no_longer_blocked_although_something_has_no_answer() {
    let (server, _, publisher) = publisher(|builder| builder).await;
    server.script([Fate::Lost; 2]);
    let (lost, unread, next) = (event(), event(), event());
    let (.., took, ()) = tokio::join!(
        publisher.publish(&lost),
        async {
            sleep(SECOND).await;
            publisher.publish(&unread).await
        },
        async {
            sleep(3 * SECOND).await;
            let start = Instant::now();
            assert!(publisher.publish(&next).await.unwrap().is_confirmed());
            start.elapsed()
        },
        async {
            sleep(SECOND / 2).await;
            server.block();
            sleep(3 * SECOND).await;
            server.unblock();
        }
    );
    assert!(took < SECOND, "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn what_is_refused_for_good_says_nothing_against_others() {
    let (_server, _, publisher) = publisher(|builder| builder).await;
    for _ in 0..5 {
        let mut lost = Message::of(&event()).unwrap();
        lost.exchange = "no.such.exchange".into();
        assert!(publisher.publish_message(event().id(), lost, SECOND).await.unwrap_err().is_not_found());
    }
    assert_eq!(publisher.breaker(), BreakerState::Closed);
}

#[tokio::test(start_paused = true)]
async fn silence_opens_the_breaker_and_does_not_close_it() {
    let (server, _, publisher) = publisher(|builder| builder.deadline(5 * SECOND).breaker(3, 300 * SECOND)).await;
    server.hold_confirms();
    let mut opened = false;
    for _ in 0..20 {
        let _ = publisher.publish(&event()).await;
        opened |= publisher.breaker() != BreakerState::Closed;
    }
    assert!(opened, "100 s of a broker that answers nothing");

    let rest =
        |builder: PublisherBuilder| builder.deadline(5 * SECOND).breaker(1, 30 * SECOND).breaker_rest(60 * SECOND);
    let (server, _, publisher) = self::publisher(rest).await;
    server.script([Fate::Lost, Fate::Nacked]);
    let (silent, refused) = (event(), event());
    let _ = tokio::join!(publisher.publish(&silent), async {
        sleep(SECOND / 10).await;
        publisher.publish_with_deadline(&refused, SECOND / 100).await
    });
    assert_eq!(publisher.breaker(), BreakerState::Open);
    // The first is unknown now, and nobody waits for it any more.
    sleep(6 * SECOND).await;
    assert_eq!(publisher.breaker(), BreakerState::Open);
}

#[tokio::test(start_paused = true)]
async fn what_was_unknown_is_so_when_the_broker_is_closed() {
    let (server, broker, publisher) = publisher(|builder| builder).await;
    server.script([Fate::Unconfirmed]);
    let mut windows = server.windows();
    let event = event();
    let (outcome, ()) = tokio::join!(publisher.publish(&event), async {
        windows.next().await;
        server.lose_publishing();
        sleep(SECOND).await;
        broker.close().await.unwrap();
    });
    assert_eq!((outcome.unwrap(), server.waiting(QUEUE)), (Outcome::Unknown, Some(1)));
}

#[tokio::test(start_paused = true)]
async fn withdrawn_is_not_said_of_what_somebody_else_still_publishes() {
    let (server, _, publisher) = publisher(|builder| builder).await;
    assert!(publisher.publish(&event()).await.unwrap().is_confirmed());
    server.lose_publishing();
    let event = event();
    let (short, long, ()) = tokio::join!(
        publisher.publish_with_deadline(&event, SECOND),
        publisher.publish_with_deadline(&event, 20 * SECOND),
        async {
            sleep(2 * SECOND).await;
            server.restore_publishing();
        }
    );
    assert_eq!((short.unwrap(), long.unwrap()), (Outcome::Unknown, Outcome::Confirmed));
}

#[tokio::test(start_paused = true)]
async fn for_ever_is_a_deadline() {
    let (server, _, publisher) = publisher(|builder| builder.confirm_limit(Duration::MAX)).await;
    server.latency(SECOND);
    for _ in 0..2 {
        assert!(publisher.publish_with_deadline(&event(), Duration::MAX).await.unwrap().is_confirmed());
    }
}

/// Whatever happens, each call ends in time, no place is lost, and it works afterwards.
#[tokio::test(start_paused = true)]
async fn of_chaos_nothing_is_left() {
    for seed in 0..60_u64 {
        let mut chance = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(99);
        let mut dice = |sides: u64| {
            chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (chance >> 33) % sides
        };
        let [lanes, window, capacity] = [4, 7, 11].map(|sides| usize::try_from(1 + dice(sides)).unwrap());
        let server = Server::seeded(seed);
        let broker = server.connect();
        broker.declare(&Queue::new(QUEUE).bind_type::<UserErased>()).await.unwrap();
        let builder = Publisher::builder(broker).lanes(lanes).window(window).capacity(3 * capacity);
        let publisher = builder.confirm_limit(2 * SECOND).breaker(1_000_000, SECOND).start();
        server.latency(Duration::from_millis(7 * dice(3)));
        let fate = |dice: u64| match dice {
            0 => Fate::Lost,
            1 => Fate::Nacked,
            2 => Fate::Unconfirmed,
            3 => Fate::Returned,
            _ => Fate::Routed,
        };
        server.script((0..300).map(|_| fate(dice(8))).collect::<Vec<_>>());
        let calls: Vec<_> = (0..100)
            .map(|_| {
                let (publisher, event) = (publisher.clone(), event());
                let [pause, limit] = [dice(6_000), 100 + dice(8_000)].map(Duration::from_millis);
                let patience = if dice(5) == 0 { limit / 3 } else { limit + SECOND };
                tokio::spawn(async move {
                    sleep(pause).await;
                    let start = Instant::now();
                    let _ = timeout(patience, publisher.publish_with_deadline(&event, limit)).await;
                    assert!(start.elapsed() <= limit + Duration::from_millis(3), "{:?} {limit:?}", start.elapsed());
                })
            })
            .collect();
        for _ in 0..12 {
            sleep(Duration::from_millis(dice(700))).await;
            match dice(6) {
                0 => server.block(),
                1 => server.lose_publishing(),
                2 => server.close_publishing_channels(),
                3 => server.hold_confirms(),
                _ => {}
            }
            sleep(Duration::from_millis(dice(300))).await;
            server.unblock();
            server.restore_publishing();
            server.release_confirms();
        }
        for call in calls {
            call.await.unwrap();
        }
        let events: Vec<_> = (0..9 * capacity).map(|_| event()).collect();
        let again = events.iter().map(|event| publisher.publish_with_deadline(event, 200 * SECOND));
        let outcomes = future::join_all(again).await;
        assert!(outcomes.iter().all(Result::is_ok), "{seed}: {outcomes:?}");
        let report = timeout(20 * SECOND, publisher.close(10 * SECOND)).await.unwrap();
        assert!(report.left.is_empty(), "{seed}: {report:?}");
    }
}
