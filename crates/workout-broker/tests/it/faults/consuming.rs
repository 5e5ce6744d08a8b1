use std::time::Duration;

use tokio::time::{Instant, timeout};
use workout_broker::{Deliveries, Delivery, LinkState, Outcome, Prefetch};

use super::{LIMIT, QUEUE, publish, read, server, wanted};

async fn next(deliveries: &mut Deliveries) -> Delivery {
    timeout(LIMIT, deliveries.next()).await.unwrap().unwrap().unwrap()
}

#[tokio::test(start_paused = true)]
async fn what_came_on_a_closed_channel_comes_again_and_cannot_be_settled_as_it_is() {
    let (server, broker) = server().await;
    let [first, second] = publish(&broker).await;
    let mut deliveries = read(&broker).await;
    // The second has come as well, and was not taken.
    let stale = next(&mut deliveries).await;
    server.close_channels(QUEUE);
    let error = stale.ack().await.unwrap_err();
    assert!(error.is_not_settled() && error.is_transient(), "{error:?}");
    for message in [first, second] {
        let again = next(&mut deliveries).await;
        assert_eq!((again.body(), again.redelivered(), again.returns()), (&message.body[..], true, 1));
        again.ack().await.unwrap();
    }
    assert_eq!((server.waiting(QUEUE), server.unsettled(QUEUE)), (Some(0), 0));
}

#[tokio::test(start_paused = true)]
async fn readers_wait_for_a_lost_link_and_go_on() {
    let (server, broker) = server().await;
    publish::<1>(&broker).await;
    let mut deliveries = read(&broker).await;
    let stale = next(&mut deliveries).await;
    server.lose_consuming();
    assert_eq!((broker.health().publishing.state, broker.health().consuming.state), (LinkState::Up, LinkState::Down));
    assert!(stale.ack().await.unwrap_err().is_not_settled());
    assert!(timeout(LIMIT, deliveries.next()).await.is_err(), "it waits");
    let error = broker.consume(QUEUE, Prefetch::default()).await.unwrap_err();
    assert!(error.is_transient(), "{error:?}");
    // Publishing is another link.
    publish::<1>(&broker).await;
    server.restore_consuming();
    for redelivered in [true, false] {
        let delivery = next(&mut deliveries).await;
        assert_eq!(delivery.redelivered(), redelivered);
        delivery.ack().await.unwrap();
    }
    assert_eq!(broker.health().consuming.generation, 2);
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_reader_is_told_and_can_settle_what_it_has() {
    let (server, broker) = server().await;
    publish::<2>(&broker).await;
    let mut deliveries = read(&broker).await;
    let taken = next(&mut deliveries).await;
    server.cancel(QUEUE);
    let buffered = next(&mut deliveries).await;
    let error = timeout(LIMIT, deliveries.next()).await.unwrap().unwrap().unwrap_err();
    assert!(!error.is_transient(), "{error:?}");
    assert!(timeout(LIMIT, deliveries.next()).await.unwrap().is_none());
    taken.ack().await.unwrap();
    buffered.ack().await.unwrap();
    assert_eq!((server.waiting(QUEUE), server.unsettled(QUEUE)), (Some(0), 0));
}

#[tokio::test(start_paused = true)]
async fn what_was_taken_at_once_is_not_lost_to_the_error_behind_it() {
    let (server, broker) = server().await;
    publish::<3>(&broker).await;
    let mut deliveries = read(&broker).await;
    server.cancel(QUEUE);
    let batch = timeout(LIMIT, deliveries.next_batch(10)).await.unwrap().unwrap().unwrap();
    assert_eq!(batch.len(), 3);
    let error = timeout(LIMIT, deliveries.next_batch(10)).await.unwrap().unwrap().unwrap_err();
    assert!(!error.is_transient(), "{error:?}");
    assert!(timeout(LIMIT, deliveries.next_batch(10)).await.unwrap().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_deleted_queue_ends_its_readers_and_returns_messages() {
    let (server, broker) = server().await;
    let mut deliveries = read(&broker).await;
    server.delete_queue(QUEUE);
    let error = timeout(LIMIT, deliveries.next()).await.unwrap().unwrap().unwrap_err();
    assert!(!error.is_transient(), "{error:?}");
    assert!(timeout(LIMIT, deliveries.next()).await.unwrap().is_none());
    assert_eq!(broker.publish(wanted()).await.unwrap(), Outcome::Returned);
    assert_eq!(server.waiting(QUEUE), None);
}

#[tokio::test(start_paused = true)]
async fn a_queue_that_is_gone_when_the_link_is_back_is_not_found() {
    let (server, broker) = server().await;
    let mut deliveries = read(&broker).await;
    server.lose_consuming();
    server.delete_queue(QUEUE);
    server.restore_consuming();
    let error = timeout(LIMIT, deliveries.next()).await.unwrap().unwrap().unwrap_err();
    assert!(error.is_not_found(), "{error:?}");
    assert!(timeout(LIMIT, deliveries.next()).await.unwrap().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_stopped_reader_ends_with_its_channel() {
    let (server, broker) = server().await;
    publish::<1>(&broker).await;
    let mut deliveries = read(&broker).await;
    deliveries.stop().await.unwrap();
    server.close_channels(QUEUE);
    assert!(timeout(LIMIT, deliveries.next()).await.unwrap().is_none());
    assert_eq!(server.waiting(QUEUE), Some(1));
}

#[tokio::test(start_paused = true)]
async fn a_message_takes_as_long_as_the_way() {
    let (server, broker) = server().await;
    publish::<2>(&broker).await;
    let way = Duration::from_millis(250);
    server.latency(way);
    let start = Instant::now();
    let mut deliveries = read(&broker).await;
    for _ in 0..2 {
        next(&mut deliveries).await.ack().await.unwrap();
    }
    assert_eq!(start.elapsed(), way);
}
