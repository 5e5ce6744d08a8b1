//! Streams in memory: what is kept, and links that are lost.

use std::time::Duration;

use tokio::time::{advance, timeout};
use workout_broker::in_process::Server;
use workout_broker::topology::HISTORY;
use workout_broker::{Broker, Deliveries, Outcome, Prefetch, Start, Topology};

use crate::message;

const HOUR: Duration = Duration::from_hours(1);

async fn server() -> (Server, Broker) {
    let server = Server::new();
    let broker = server.connect();
    broker.apply(&Topology::new().history(HOUR)).await.unwrap();
    (server, broker)
}

async fn publish(broker: &Broker, count: usize) {
    let messages: Vec<_> = (0..count).map(|_| message("anything")).collect();
    assert_eq!(broker.lane().window(&messages, HOUR).await.unwrap(), vec![Outcome::Confirmed; count]);
}

async fn read(broker: &Broker, start: Start) -> Deliveries {
    broker.consume_from(HISTORY, start, Prefetch::new(5).unwrap()).await.unwrap()
}

/// The offsets of all that comes now.
async fn offsets(deliveries: &mut Deliveries) -> Vec<u64> {
    let mut offsets = Vec::new();
    while let Ok(delivery) = timeout(Duration::from_secs(1), deliveries.next()).await {
        let delivery = delivery.unwrap().unwrap();
        offsets.extend(delivery.offset());
        delivery.ack().await.unwrap();
    }
    offsets
}

#[tokio::test(start_paused = true)]
async fn a_reader_of_a_stream_goes_on_behind_what_it_has_taken() {
    let (server, broker) = server().await;
    publish(&broker, 10).await;
    let mut deliveries = read(&broker, Start::First).await;
    let [first, second] = [deliveries.next().await.unwrap().unwrap(), deliveries.next().await.unwrap().unwrap()];
    // Three more have come, and were not taken.
    server.lose_consuming();
    publish(&broker, 1).await;
    server.restore_consuming();
    // Which settles nothing, but nothing comes again either.
    first.ack().await.unwrap();
    assert!(second.requeue().await.unwrap_err().is_invalid());
    assert_eq!(offsets(&mut deliveries).await, (2..11).collect::<Vec<_>>());
    server.close_channels(HISTORY);
    publish(&broker, 1).await;
    assert_eq!(offsets(&mut deliveries).await, [11]);
}

#[tokio::test(start_paused = true)]
async fn a_stream_forgets_what_is_too_old_and_what_is_too_much() {
    let (server, broker) = server().await;
    publish(&broker, 2).await;
    let mut slow = read(&broker, Start::First).await;
    advance(HOUR / 2).await;
    publish(&broker, 2).await;
    advance(HOUR / 2 + Duration::from_millis(1)).await;
    assert_eq!(server.waiting(HISTORY), Some(2));
    assert_eq!(offsets(&mut read(&broker, Start::First).await).await, [2, 3]);
    assert_eq!(offsets(&mut read(&broker, Start::Offset(1)).await).await, [2, 3]);
    advance(HOUR).await;
    assert_eq!((broker.end_of(HISTORY).await.unwrap(), server.waiting(HISTORY)), (None, Some(0)));

    publish(&broker, 10_003).await;
    assert_eq!(server.waiting(HISTORY), Some(10_000));
    assert_eq!(broker.end_of(HISTORY).await.unwrap(), Some(10_006));
    // It had taken the first ones before they were forgotten, and sees by the offsets that it has missed some.
    let came = offsets(&mut slow).await;
    assert_eq!((&came[..6], came.len()), (&[0, 1, 2, 3, 4, 7][..], 10_005));
}

#[tokio::test(start_paused = true)]
async fn a_stream_is_read_from_a_time_on() {
    let (_server, broker) = server().await;
    let began = jiff::Timestamp::now();
    for _ in 0..5 {
        publish(&broker, 1).await;
        advance(Duration::from_mins(1)).await;
    }
    let time = began + Duration::from_secs(150);
    assert_eq!(offsets(&mut read(&broker, Start::Time(time)).await).await, [3, 4]);
}
