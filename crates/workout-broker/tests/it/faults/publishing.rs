use std::time::Duration;

use tokio::time::{Instant, timeout};
use workout_broker::in_process::{Confirms, Fate, Server};
use workout_broker::{LinkState, Outcome, Queue};
use workout_events::amqp::Message;

use super::{LIMIT, QUEUE, messages, publish, server, unwanted, wanted};

#[tokio::test(start_paused = true)]
async fn outcomes_are_exact_in_whichever_order_confirms_come() {
    for confirms in [Confirms::InOrder, Confirms::Multiple, Confirms::Shuffled] {
        for seed in 0..20 {
            let server = Server::seeded(seed);
            let broker = server.connect();
            broker.declare(&Queue::new(QUEUE).bind("workout.events", "wanted")).await.unwrap();
            server.confirm(confirms);
            server.nth(5, Fate::Nacked);
            server.nth(20, Fate::Unconfirmed);
            let window: Vec<_> = (1..=30).map(|n| if n % 3 == 0 { unwanted() } else { wanted() }).collect();
            let outcomes = broker.lane().window(&window, LIMIT).await.unwrap();
            for (n, outcome) in (1..).zip(outcomes) {
                let want = match n {
                    5 => Outcome::Nacked,
                    20 => Outcome::Unknown,
                    n if n % 3 == 0 => Outcome::Returned,
                    _ => Outcome::Confirmed,
                };
                assert_eq!(outcome, want, "message {n}, seed {seed}, {confirms:?}");
            }
            assert_eq!(server.waiting(QUEUE), Some(19));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn each_fate_has_its_outcome_and_its_effect() {
    #[track_caller]
    fn check(said: (Outcome, Option<usize>), want: (Outcome, usize)) {
        assert_eq!(said, (want.0, Some(want.1)));
    }
    for (fate, outcome, arrived) in [
        (Fate::Routed, Outcome::Confirmed, 1),
        (Fate::RoutedTwice, Outcome::Confirmed, 2),
        (Fate::Unconfirmed, Outcome::Unknown, 1),
        (Fate::Lost, Outcome::Unknown, 0),
        (Fate::Nacked, Outcome::Nacked, 0),
        (Fate::Returned, Outcome::Returned, 0),
    ] {
        let (server, broker) = server().await;
        server.script([fate]);
        check((broker.publish(wanted()).await.unwrap(), server.waiting(QUEUE)), (outcome, arrived));
        // The next is none of its business.
        check((broker.publish(wanted()).await.unwrap(), server.waiting(QUEUE)), (Outcome::Confirmed, arrived + 1));
    }
}

#[tokio::test(start_paused = true)]
async fn a_confirm_that_is_held_back_comes_when_it_is_released() {
    let (server, broker) = server().await;
    server.hold_confirms();
    let mut windows = server.windows();
    let window = messages::<3>();
    let mut lane = broker.lane();
    let (outcomes, ()) = tokio::join!(lane.window(&window, LIMIT), async {
        let ids: Vec<_> = window.iter().map(|message| message.properties.message_id.clone()).collect();
        assert_eq!(windows.next().await, ids);
        assert_eq!(server.waiting(QUEUE), Some(3), "they are there, and nobody says so");
        server.release_some(2);
        tokio::task::yield_now().await;
        server.release_confirms();
    });
    assert_eq!(outcomes.unwrap(), [Outcome::Confirmed; 3]);
    publish::<1>(&broker).await;
}

#[tokio::test(start_paused = true)]
async fn of_a_lost_link_only_what_was_answered_is_known() {
    let (server, broker) = server().await;
    server.hold_confirms();
    let mut windows = server.windows();
    let window = [wanted(), unwanted(), wanted()];
    let mut lane = broker.lane();
    let (outcomes, ()) = tokio::join!(lane.window(&window, LIMIT), async {
        windows.next().await;
        // The first is confirmed, the second comes back without its confirm.
        server.release_some(2);
        server.lose_publishing();
    });
    assert_eq!(outcomes.unwrap(), [Outcome::Confirmed, Outcome::Returned, Outcome::Unknown]);

    assert_eq!((broker.health().publishing.state, broker.health().consuming.state), (LinkState::Down, LinkState::Up));
    let error = lane.window(&window, LIMIT).await.unwrap_err();
    assert!(error.is_transient(), "{error:?}");
    assert!(timeout(LIMIT, broker.well()).await.is_err());
    server.restore_publishing();
    server.release_confirms();
    timeout(LIMIT, broker.well()).await.unwrap().unwrap();
    assert_eq!(broker.health().publishing.generation, 2);
    assert_eq!(lane.window(&messages::<2>(), LIMIT).await.unwrap(), [Outcome::Confirmed; 2]);
}

#[tokio::test(start_paused = true)]
async fn a_closed_channel_leaves_its_window_unknown_and_the_next_goes_on() {
    let (server, broker) = server().await;
    server.hold_confirms();
    let mut windows = server.windows();
    let mut lane = broker.lane();
    let window = messages::<2>();
    let (outcomes, ()) = tokio::join!(lane.window(&window, LIMIT), async {
        windows.next().await;
        server.close_publishing_channels();
    });
    assert_eq!(outcomes.unwrap(), [Outcome::Unknown; 2]);
    assert!(broker.health().is_well());
    server.release_confirms();
    assert_eq!(lane.window(&window, LIMIT).await.unwrap(), [Outcome::Confirmed; 2]);
    assert_eq!(server.waiting(QUEUE), Some(4), "they had arrived");
}

/// RELIABILITY, L7: what was written to a blocked broker arrives, however long ago its publisher gave up.
#[tokio::test(start_paused = true)]
async fn a_blocked_broker_takes_what_was_written_when_it_is_unblocked() {
    let (server, broker) = server().await;
    server.block();
    assert_eq!(broker.health().publishing.state, LinkState::Blocked);
    assert_eq!(server.connect().health().publishing.state, LinkState::Blocked);
    let mut lane = broker.lane();
    let start = Instant::now();
    assert_eq!(lane.window(&messages::<2>(), LIMIT).await.unwrap(), [Outcome::Unknown; 2]);
    assert_eq!((start.elapsed(), server.waiting(QUEUE)), (LIMIT, Some(0)));

    let waits = messages::<1>();
    let (outcomes, ()) = tokio::join!(lane.window(&waits, LIMIT), async {
        tokio::task::yield_now().await;
        server.unblock();
    });
    assert_eq!(outcomes.unwrap(), [Outcome::Confirmed]);
    assert_eq!(server.waiting(QUEUE), Some(3));
    assert!(broker.health().is_well());
}

#[tokio::test(start_paused = true)]
async fn a_confirm_takes_as_long_as_the_way() {
    let (server, broker) = server().await;
    let way = Duration::from_millis(250);
    server.latency(way);
    let start = Instant::now();
    publish::<10>(&broker).await;
    assert_eq!(start.elapsed(), way);
    // A way that is longer than the patience.
    let mut lane = broker.lane();
    assert_eq!(lane.window(&messages::<1>(), way / 2).await.unwrap(), [Outcome::Unknown]);
    // What is on its way when the link is lost does not arrive.
    let window = messages::<1>();
    let (outcomes, ()) = tokio::join!(lane.window(&window, LIMIT), async {
        tokio::time::sleep(way / 2).await;
        server.lose_publishing();
    });
    assert_eq!(outcomes.unwrap(), [Outcome::Unknown]);
}

#[tokio::test(start_paused = true)]
async fn a_full_queue_refuses_and_says_so() {
    let (server, broker) = server().await;
    server.capacity(2);
    let window: Vec<Message> = messages::<4>().into();
    let outcomes = broker.lane().window(&window, LIMIT).await.unwrap();
    assert_eq!(outcomes, [Outcome::Confirmed, Outcome::Confirmed, Outcome::Nacked, Outcome::Nacked]);
}
