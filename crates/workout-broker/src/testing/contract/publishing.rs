//! Outcomes, exact for each message.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use workout_events::amqp::HeaderValue;

use super::FreshServer;
use super::kit::{LIMIT, ack, close, consume, declare, drain, ids, message, messages, next, publish, together, window};
use crate::outcome::Outcome;
use crate::topology::Queue;

/// One by one.
pub async fn what_nobody_wants_is_returned_and_harms_no_neighbour(server: &impl FreshServer) {
    let broker = server.connect().await;
    let queue = declare(&broker, "returned", &["wanted"]).await;
    for (routing_key, want) in [
        ("unwanted", Outcome::Returned),
        ("wanted", Outcome::Confirmed),
        ("unwanted", Outcome::Returned),
        ("wanted", Outcome::Confirmed),
    ] {
        let outcome = broker.publish(message(routing_key)).await.expect("the message is published");
        assert_eq!(outcome, want, "{routing_key}");
    }
    assert_eq!(drain(&broker, &queue, 2).await.len(), 2);
}

/// Together, in their order; and the queue has them in that order.
pub async fn a_window_has_the_outcome_of_each_message(server: &impl FreshServer) {
    let broker = server.connect().await;
    let queue = declare(&broker, "window", &["wanted"]).await;
    assert_eq!(window(&broker, &[]).await, []);
    let is_wanted = |n: usize| n % 3 != 1;
    let messages: Vec<_> = (0..30).map(|n| message(if is_wanted(n) { "wanted" } else { "unwanted" })).collect();
    let want = [Outcome::Confirmed, Outcome::Returned, Outcome::Confirmed].repeat(10);
    assert_eq!(window(&broker, &messages).await, want);
    let wanted = messages.into_iter().enumerate().filter(|(n, _)| is_wanted(*n)).map(|(_, message)| message);
    let wanted = ids(wanted);
    assert_eq!(drain(&broker, &queue, wanted.len()).await, wanted);
}

/// RELIABILITY, L1: windows of several lanes under way at once, with what nobody wants spread among the rest.
pub async fn of_windows_side_by_side_exactly_the_unroutable_messages_are_returned(server: &impl FreshServer) {
    const LANES: usize = 4;
    const WINDOWS: usize = 5;
    const WINDOW: usize = 200;
    let broker = server.connect().await;
    let queue = declare(&broker, "lanes", &["wanted"]).await;
    // No pattern that a wrong attribution could keep by being wrong regularly.
    let is_wanted = |n: usize| (n * n * 7 + n * 13) % 31 > 2;
    let lanes = (0..LANES).map(|lane_number| {
        let broker = broker.clone();
        async move {
            let (mut lane, mut confirmed) = (broker.lane(), 0);
            for window_number in 0..WINDOWS {
                let numbers = || (0..WINDOW).map(|n| n + WINDOW * (window_number + WINDOWS * lane_number));
                let messages: Vec<_> =
                    numbers().map(|n| message(if is_wanted(n) { "wanted" } else { "unwanted" })).collect();
                let outcomes = lane.window(&messages, LIMIT).await.expect("the window is published");
                for (n, outcome) in numbers().zip(outcomes) {
                    let want = if is_wanted(n) { Outcome::Confirmed } else { Outcome::Returned };
                    assert_eq!(outcome, want, "message {n} of lane {lane_number}");
                }
                confirmed += numbers().filter(|n| is_wanted(*n)).count();
            }
            confirmed
        }
    });
    let confirmed: usize = together(lanes).await.into_iter().sum();
    let mut deliveries = consume(&broker, &queue, 1_000).await;
    for _ in 0..confirmed {
        ack(next(&mut deliveries).await).await;
    }
    super::kit::nothing_comes(&mut deliveries).await;
    close(deliveries).await;
}

/// Handles of one connection at the same time, each with one message.
pub async fn concurrent_publishers_have_their_own_outcomes(server: &impl FreshServer) {
    let broker = server.connect().await;
    let queue = declare(&broker, "concurrent", &["wanted"]).await;
    let publishers = (0..50).map(|n| {
        let broker = broker.clone();
        async move {
            let routing_key = if n % 2 == 0 { "wanted" } else { "unwanted" };
            (n, broker.publish(message(routing_key)).await.expect("the message is published"))
        }
    });
    for (n, outcome) in together(publishers).await {
        assert_eq!(outcome, if n % 2 == 0 { Outcome::Confirmed } else { Outcome::Returned }, "message {n}");
    }
    assert_eq!(drain(&broker, &queue, 25).await.len(), 25);
}

/// Messages of a window with the same id cannot be told apart when one of them comes back: none is called confirmed. A
/// later window with the same id is another matter.
pub async fn twins_in_a_window_come_back_together(server: &impl FreshServer) {
    let broker = server.connect().await;
    let queue = declare(&broker, "twins", &["wanted"]).await;
    let (wanted, mut twin, neighbour) = (message("wanted"), message("unwanted"), message("wanted"));
    twin.properties.message_id.clone_from(&wanted.properties.message_id);
    let mut lane = broker.lane();
    let outcomes = lane.window(&[wanted.clone(), twin, neighbour.clone()], LIMIT).await.expect("it is published");
    assert_eq!(outcomes, [Outcome::Returned, Outcome::Returned, Outcome::Confirmed]);
    let outcomes = lane.window(std::slice::from_ref(&wanted), LIMIT).await.expect("it is published");
    assert_eq!(outcomes, [Outcome::Confirmed]);
    assert_eq!(drain(&broker, &queue, 3).await, ids([wanted.clone(), neighbour, wanted]));
}

/// A missing exchange ends a channel, and with it what is under way there.
pub async fn a_missing_exchange_ends_a_window_and_not_the_lane(server: &impl FreshServer) {
    let broker = server.connect().await;
    let queue = declare(&broker, "exchange", &["wanted"]).await;
    let mut lost = message("wanted");
    lost.exchange = "no.such.exchange".into();
    let mut lane = broker.lane();
    let error = lane.window(std::slice::from_ref(&lost), LIMIT).await.expect_err("there is no such exchange");
    assert!(error.is_not_found(), "{error:?}");
    let outcomes = lane.window(&[lost, message("unwanted")], LIMIT).await.expect("nobody knows");
    assert_eq!(outcomes, [Outcome::Unknown, Outcome::Unknown]);
    let wanted = messages(2, "wanted");
    let outcomes = lane.window(&wanted, LIMIT).await.expect("the lane goes on");
    assert_eq!(outcomes, [Outcome::Confirmed; 2]);
    assert_eq!(drain(&broker, &queue, 2).await, ids(wanted));
}

/// Its messages may arrive or not; what is published afterwards has its own outcomes.
pub async fn a_window_that_was_given_up_harms_no_later_one(server: &impl FreshServer) {
    let broker = server.connect().await;
    declare(&broker, "given.up", &["wanted"]).await;
    let mut lane = broker.lane();
    for _ in 0..5 {
        let given_up: Vec<_> = (0..20).map(|n| message(if n % 2 == 0 { "unwanted" } else { "wanted" })).collect();
        {
            let mut window = pin!(lane.window(&given_up, LIMIT));
            let _ = poll_fn(|context| Poll::Ready(window.as_mut().poll(context).is_ready())).await;
        }
        let messages = [message("wanted"), message("unwanted"), message("wanted")];
        let outcomes = lane.window(&messages, LIMIT).await.expect("the window is published");
        assert_eq!(outcomes, [Outcome::Confirmed, Outcome::Returned, Outcome::Confirmed]);
    }
}

/// Bytes, properties and headers.
pub async fn a_message_arrives_as_it_was_published(server: &impl FreshServer) {
    let broker = server.connect().await;
    let queue = declare(&broker, "whole", &["#"]).await;
    let mut whole = message("whole.message");
    whole.body = vec![0, 0xFF, b'{', 0xFE];
    whole.properties.correlation_id = Some("the cause".to_owned());
    whole.headers = vec![
        ("integer".into(), HeaderValue::Integer(-7)),
        ("text".into(), HeaderValue::Text("ein Wert, größer".to_owned())),
    ];
    let (mut empty, mut large) = (message("empty"), message("large"));
    empty.body = Vec::new();
    large.body = vec![7; 256 * 1024];
    let published = [whole, empty, large];
    assert_eq!(window(&broker, &published).await, [Outcome::Confirmed; 3]);

    let mut deliveries = consume(&broker, &queue, 10).await;
    for message in published {
        let delivery = next(&mut deliveries).await;
        assert_eq!(delivery.body(), message.body);
        assert_eq!((delivery.exchange(), delivery.routing_key()), (&*message.exchange, &*message.routing_key));
        assert_eq!(delivery.kind(), Some(&*message.properties.kind));
        assert_eq!(delivery.message_id(), Some(message.properties.message_id.as_str()));
        assert_eq!((delivery.redelivered(), delivery.returns()), (false, 0));
        for (name, value) in &message.headers {
            assert_eq!(delivery.header(name).as_ref(), Some(value), "{name}");
        }
        assert_eq!(delivery.header("no such header"), None);
        let mut came = delivery.message();
        came.headers.sort_by(|one, other| one.0.cmp(&other.0));
        assert_eq!(came, message);
        ack(delivery).await;
    }
    close(deliveries).await;
}

/// 255 bytes for names and ids, of which a queue leaves five to its dead letters.
pub async fn names_as_long_as_amqp_can_say_are_carried_and_longer_ones_refused(server: &impl FreshServer) {
    let broker = server.connect().await;
    let (key, name) = ("k".repeat(255), "q".repeat(250));
    let queue = declare(&broker, &name, &[&key]).await;
    assert_eq!(publish(&broker, 1, &key).await, drain(&broker, &queue, 1).await);
    let mut long_id = message(&key);
    long_id.properties.message_id = "i".repeat(255);
    assert_eq!(window(&broker, std::slice::from_ref(&long_id)).await, [Outcome::Confirmed]);
    assert_eq!(drain(&broker, &queue, 1).await, [long_id.properties.message_id.clone()]);

    long_id.properties.message_id.push('i');
    let refused = [
        broker.publish(long_id).await.expect_err("the id is too long"),
        broker.publish(message(&"k".repeat(256))).await.expect_err("the routing key is too long"),
        broker.declare(&Queue::new("q".repeat(251))).await.expect_err("the name is too long"),
        broker.declare(&Queue::new("amq.mine")).await.expect_err("the name is the broker's"),
    ];
    assert!(refused.iter().all(|error| error.is_invalid() && !error.is_transient()), "{refused:?}");
}
