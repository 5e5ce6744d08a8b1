//! A link that is much slower than its publisher.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use support::rabbitmq;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, interval, timeout};
use workout_broker::{Broker, Outcome, Queue};
use workout_events::amqp::Message;

use super::{WANTED, message};

const QUEUE: &str = "broker.slow";
const LIMIT: Duration = Duration::from_mins(1);

/// What goes to the broker in a second. What is sent below takes several.
const BYTES_A_SECOND: usize = 1_000_000;
const LARGE: usize = 20_000;
const MESSAGES: u64 = 300;

#[tokio::test(flavor = "multi_thread")]
async fn outcomes_come_as_messages_get_through_and_not_when_all_have() {
    let (_vhost, broker) = connected().await;
    let mut lane = broker.lane();
    lane.open().await.unwrap();
    let start = Instant::now();
    (0..MESSAGES).for_each(|token| lane.send(token, large()).unwrap());
    let settled = timeout(LIMIT, lane.settled()).await.unwrap();
    let (first, some) = (start.elapsed(), settled.len());
    let mut left = usize::try_from(MESSAGES).unwrap() - some;
    while left > 0 {
        let settled = timeout(LIMIT, lane.settled()).await.unwrap();
        assert!(settled.iter().all(|one| matches!(one.outcome, Ok(Outcome::Confirmed))));
        left -= settled.len();
    }
    assert!(first * 3 < start.elapsed(), "{some} after {first:?}, all after {:?}", start.elapsed());
    broker.close().await.unwrap();
}

/// AMQP sends a message in several frames. When its channel ends between two of them, RabbitMQ ends the connection.
#[tokio::test(flavor = "multi_thread")]
async fn a_lane_that_gives_up_in_the_middle_of_a_message_harms_no_other() {
    let (_vhost, broker) = connected().await;
    let (mut lane, mut other) = (broker.lane(), broker.lane());
    for lane in [&mut lane, &mut other] {
        lane.open().await.unwrap();
    }
    (0..MESSAGES).for_each(|token| lane.send(token, large()).unwrap());
    let _some = timeout(LIMIT, lane.settled()).await.unwrap();
    let left = lane.abandon();
    assert!(left.iter().any(|one| matches!(one.outcome, Ok(Outcome::Unknown))), "{}", left.len());
    assert_eq!(other.window(&[message(WANTED)], LIMIT).await.unwrap(), [Outcome::Confirmed]);
    // So does one that is dropped.
    (0..MESSAGES).for_each(|token| other.send(token, large()).unwrap());
    drop(other);
    assert_eq!(lane.window(&[message(WANTED)], LIMIT).await.unwrap(), [Outcome::Confirmed]);
    assert_eq!(broker.health().publishing.generation, 1, "{}", broker.health());
    broker.close().await.unwrap();
}

fn large() -> Arc<Message> {
    let mut large = message(WANTED);
    large.body = vec![b'x'; LARGE];
    Arc::new(large)
}

async fn connected() -> (rabbitmq::Vhost, Broker) {
    let vhost = rabbitmq::vhost().await;
    let url = vhost.amqp_url();
    let there = url.split_once('@').and_then(|(_, rest)| rest.split_once('/')).unwrap().0;
    let here = slowly_to(there.to_owned()).await;
    let broker = Broker::connect(&url.replace(there, &here.to_string())).await.unwrap();
    broker.declare(&Queue::new(QUEUE).bind("workout.events", WANTED)).await.unwrap();
    (vhost, broker)
}

/// A way to the broker that passes on so much and no more. It ends with the test.
async fn slowly_to(there: String) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let here = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((near, _)) = listener.accept().await {
            let far = TcpStream::connect(&there).await.unwrap();
            let ((mut near_in, mut near_out), (mut far_in, mut far_out)) = (near.into_split(), far.into_split());
            tokio::spawn(async move { copy(&mut far_in, &mut near_out).await });
            tokio::spawn(async move {
                let mut piece = vec![0; BYTES_A_SECOND / 100];
                let mut ticks = interval(Duration::from_millis(10));
                while let Ok(read @ 1..) = near_in.read(&mut piece).await {
                    ticks.tick().await;
                    if far_out.write_all(piece.get(..read).unwrap_or_default()).await.is_err() {
                        return;
                    }
                }
            });
        }
    });
    here
}
