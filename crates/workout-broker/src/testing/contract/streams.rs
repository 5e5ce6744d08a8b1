//! Streams, which keep what was read.

use std::time::Duration;

use jiff::Timestamp;

use super::FreshServer;
use super::kit::{
    ack, close, consume, declare, drain, id, message, next, nothing_comes, prefetch, publish, take, window,
};
use crate::broker::Broker;
use crate::delivery::Deliveries;
use crate::outcome::Outcome;
use crate::start::Start;
use crate::topology::{HISTORY, Topology};

const WEEK: Duration = Duration::from_hours(7 * 24);

/// From its beginning, in order and with their places; also what nobody else wants, and what others have read.
pub async fn a_stream_gives_all_to_each_reader(server: &impl FreshServer) {
    let (broker, other) = with_history(server).await;
    let queue = declare(&broker, "work", &["wanted"]).await;
    let messages: Vec<_> = (0..10).map(|n| message(if n % 2 == 0 { "wanted" } else { "unwanted" })).collect();
    assert_eq!(window(&broker, &messages).await, [Outcome::Confirmed; 10]);
    assert_eq!(drain(&broker, &queue, 5).await.len(), 5);
    for broker in [&broker, &other, &broker] {
        let mut deliveries = read(broker, Start::First).await;
        for (offset, message) in (0..).zip(&messages) {
            let delivery = next(&mut deliveries).await;
            assert_eq!((id(&delivery), delivery.offset()), (message.properties.message_id.as_str(), Some(offset)));
            assert_eq!((delivery.exchange(), delivery.routing_key()), (&*message.exchange, &*message.routing_key));
            assert_eq!((delivery.body(), delivery.redelivered()), (&message.body[..], false));
            let mut came = delivery.message();
            came.headers.sort_by(|one, other| one.0.cmp(&other.0));
            assert_eq!((&came.properties, &came.headers), (&message.properties, &message.headers));
            ack(delivery).await;
        }
        nothing_comes(&mut deliveries).await;
        close(deliveries).await;
    }
}

/// Whatever was written together, and whatever it has read before.
pub async fn a_reader_of_a_stream_begins_where_it_asks_to(server: &impl FreshServer) {
    let (broker, _other) = with_history(server).await;
    let before = Timestamp::now();
    let tomorrow = before + Duration::from_hours(24);
    let mut from_empty = read(&broker, Start::Next).await;
    let ids = publish(&broker, 10, "anything").await;
    for (start, first) in [
        (Start::First, 0),
        (Start::Offset(0), 0),
        (Start::Offset(3), 3),
        (Start::Offset(9), 9),
        (Start::Time(Timestamp::UNIX_EPOCH), 0),
        (Start::Time(before), 0),
    ] {
        let mut deliveries = read(&broker, start).await;
        for (offset, want) in ids.iter().enumerate().skip(first) {
            let delivery = next(&mut deliveries).await;
            assert_eq!((id(&delivery), delivery.offset()), (want.as_str(), u64::try_from(offset).ok()), "{start:?}");
            ack(delivery).await;
        }
        close(deliveries).await;
    }
    let mut readers = Vec::new();
    for start in [Start::Next, Start::Time(tomorrow), Start::Offset(10), Start::Offset(12)] {
        readers.push((start, read(&broker, start).await));
    }
    for (_, deliveries) in &mut readers {
        nothing_comes(deliveries).await;
    }
    let more = publish(&broker, 3, "anything").await;
    for (start, mut deliveries) in readers {
        for (offset, want) in (10..).zip(&more).skip(if start == Start::Offset(12) { 2 } else { 0 }) {
            let delivery = next(&mut deliveries).await;
            assert_eq!((id(&delivery), delivery.offset()), (want.as_str(), Some(offset)), "{start:?}");
            ack(delivery).await;
        }
        close(deliveries).await;
    }
    for want in ids.iter().chain(&more) {
        let delivery = next(&mut from_empty).await;
        assert_eq!(id(&delivery), want);
        ack(delivery).await;
    }
    close(from_empty).await;
}

/// It makes room, and nothing else; whatever else is said says so, and makes room all the same.
pub async fn what_is_said_to_a_message_of_a_stream_makes_room_for_more(server: &impl FreshServer) {
    let (broker, _other) = with_history(server).await;
    let ids = publish(&broker, 12, "anything").await;
    let mut deliveries = broker.consume_from(HISTORY, Start::First, prefetch(3)).await.expect("the stream is read");
    let mut came = Vec::new();
    for settles in ["ack", "through", "put back", "reject"] {
        let mut out = take(&mut deliveries, 3).await;
        came.extend(out.iter().map(|delivery| id(delivery).to_owned()));
        if settles == "through" {
            out.pop().expect("they are three").ack_through().await.expect("the messages are settled");
            continue;
        }
        for delivery in out {
            let error = match settles {
                "put back" => delivery.requeue().await.expect_err("nothing can be put back"),
                "reject" => delivery.reject().await.expect_err("there are no dead letters"),
                _ => {
                    ack(delivery).await;
                    continue;
                }
            };
            assert!(error.is_invalid() && !error.is_transient(), "{error:?}");
        }
    }
    assert_eq!(came, ids);
    nothing_comes(&mut deliveries).await;
    close(deliveries).await;
    let health = broker.health();
    assert_eq!((health.is_well(), health.consuming.generation), (true, 1), "{health}");
}

/// For those who fill something from a stream, and have to know when that is done.
pub async fn who_has_read_up_to_the_end_has_read_all(server: &impl FreshServer) {
    let (broker, _other) = with_history(server).await;
    assert_eq!(broker.end_of(HISTORY).await.expect("the stream is there"), None);
    let mut all = Vec::new();
    for messages in [1, 1, 700, 3, 1] {
        all.extend(publish(&broker, messages, "anything").await);
        let end = broker.end_of(HISTORY).await.expect("the stream is there");
        assert_eq!(end, u64::try_from(all.len() - 1).ok());
        let mut deliveries = read(&broker, Start::First).await;
        let mut came = Vec::new();
        loop {
            let delivery = next(&mut deliveries).await;
            came.push(id(&delivery).to_owned());
            let is_last = delivery.offset() >= end;
            ack(delivery).await;
            if is_last {
                break;
            }
        }
        assert_eq!(came, all);
        close(deliveries).await;
    }
}

/// And a stream is not read as a queue is.
pub async fn what_is_no_stream_is_not_read_as_one(server: &impl FreshServer) {
    let (broker, _other) = with_history(server).await;
    let queue = declare(&broker, "no.stream", &["wanted"]).await;
    let ids = publish(&broker, 3, "wanted").await;
    let ten = prefetch(10);
    let errors = [
        broker.consume_from(&queue, Start::First, ten).await.expect_err("it is no stream"),
        broker.end_of(&queue).await.expect_err("it is no stream"),
    ];
    assert!(errors.iter().all(|error| error.is_refused() && !error.is_transient()), "{errors:?}");
    let errors = [
        broker.consume_from("no.such.stream", Start::Next, ten).await.expect_err("there is no such stream"),
        broker.end_of("no.such.stream").await.expect_err("there is no such stream"),
    ];
    assert!(errors.iter().all(|error| error.is_not_found() && !error.is_transient()), "{errors:?}");
    let mut deliveries = consume(&broker, &queue, 10).await;
    for want in &ids {
        let delivery = next(&mut deliveries).await;
        assert_eq!((id(&delivery), delivery.returns(), delivery.offset()), (want.as_str(), 0, None));
        ack(delivery).await;
    }
    close(deliveries).await;
}

/// As a part of a topology like any other, that is not made again with another age.
pub async fn a_history_is_planned_and_keeps_its_age(server: &impl FreshServer) {
    let broker = server.connect().await;
    let topology = Topology::new().history(WEEK);
    assert!(broker.check(&topology).await.expect_err("it is not there").is_different());
    for _ in 0..2 {
        broker.apply(&topology).await.expect("it is made");
        broker.check(&topology).await.expect("it is there");
    }
    let error = broker.apply(&Topology::new().history(WEEK / 7)).await.expect_err("it has another age");
    assert!(error.is_different() && !error.is_transient(), "{error:?}");
    for impossible in [Duration::ZERO, Duration::from_millis(1_500)] {
        let error = broker.apply(&Topology::new().history(impossible)).await.expect_err("no broker keeps it");
        assert!(error.is_invalid(), "{error:?}");
    }
}

async fn with_history(server: &impl FreshServer) -> (Broker, Broker) {
    let (broker, other) = (server.connect().await, server.connect().await);
    broker.apply(&Topology::new().history(WEEK)).await.expect("the stream is declared");
    (broker, other)
}

async fn read(broker: &Broker, start: Start) -> Deliveries {
    broker.consume_from(HISTORY, start, prefetch(100)).await.expect("the stream is read")
}
