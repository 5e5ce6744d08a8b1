//! L2, L3: waiting for all confirms of a channel together.

use std::pin::pin;

use lapin::options::{BasicPublishOptions, ConfirmSelectOptions};
use lapin::{BasicProperties, Channel, Connection, PublisherConfirm};
use support::own::{self, RabbitMq};
use tokio::time::timeout;
use workout_broker::{Broker, Lane, Outcome, Queue};

use super::{LIMIT, WHILE, plain};
use crate::broker::message;

/// Whether this one answers is up to the test.
const SLOW: &str = "slow";
const PROMPT: &str = "prompt";

/// `wait_for_confirms` waits for the message that was the last when it was called, and hands the promise of that to one
/// caller only. Three things follow, each of which is shown while one queue confirms nothing.
#[tokio::test(flavor = "multi_thread")]
async fn waiting_for_all_confirms_hangs_or_ends_early_and_a_lane_does_neither() {
    let Some(node) = own::rabbitmq("").await else { return };
    let url = format!("{}/%2f", node.amqp_url());
    let ours = Broker::connect(&url).await.unwrap();
    for queue in [SLOW, PROMPT] {
        ours.declare(&Queue::new(queue).bind("workout.events", queue)).await.unwrap();
    }
    let theirs = plain(&url).await;
    let channel = confirming(&theirs).await;
    the_second_caller_is_told_that_all_is_confirmed(&node, &channel).await;
    what_was_not_the_last_is_not_waited_for(&node, &channel).await;
    who_waited_while_another_message_was_published_waits_for_ever(&node, &channel).await;
    channel.close(200, "OK".into()).await.unwrap();
    theirs.close(200, "OK".into()).await.unwrap();
    a_lane_settles_each_message_when_it_is_confirmed(&node, ours.lane()).await;
    ours.close().await.unwrap();
}

async fn the_second_caller_is_told_that_all_is_confirmed(node: &RabbitMq, channel: &Channel) {
    silence(node).await;
    let mut slow = publish(channel, SLOW).await;
    let mut first = pin!(channel.wait_for_confirms());
    assert!(timeout(WHILE, &mut first).await.is_err(), "the first caller waits");
    assert!(timeout(LIMIT, channel.wait_for_confirms()).await.unwrap().unwrap().is_empty(), "the second does not");
    assert!(timeout(WHILE, &mut slow).await.is_err(), "and nothing is confirmed");
    end_silence(node).await;
    assert!(timeout(LIMIT, slow).await.unwrap().unwrap().is_ack());
    timeout(LIMIT, first).await.unwrap().unwrap();
}

async fn what_was_not_the_last_is_not_waited_for(node: &RabbitMq, channel: &Channel) {
    silence(node).await;
    let mut slow = publish(channel, SLOW).await;
    let prompt = publish(channel, PROMPT).await;
    assert!(timeout(LIMIT, channel.wait_for_confirms()).await.unwrap().unwrap().is_empty());
    assert!(timeout(LIMIT, prompt).await.unwrap().unwrap().is_ack());
    assert!(timeout(WHILE, &mut slow).await.is_err(), "the first message is not confirmed");
    end_silence(node).await;
    assert!(timeout(LIMIT, slow).await.unwrap().unwrap().is_ack());
}

async fn who_waited_while_another_message_was_published_waits_for_ever(node: &RabbitMq, channel: &Channel) {
    silence(node).await;
    let slow = publish(channel, SLOW).await;
    let mut waiting = pin!(channel.wait_for_confirms());
    assert!(timeout(WHILE, &mut waiting).await.is_err());
    let prompt = publish(channel, PROMPT).await;
    end_silence(node).await;
    for confirm in [slow, prompt] {
        assert!(timeout(LIMIT, confirm).await.unwrap().unwrap().is_ack());
    }
    assert!(timeout(WHILE, &mut waiting).await.is_err(), "all is confirmed, and nobody says so");
}

async fn a_lane_settles_each_message_when_it_is_confirmed(node: &RabbitMq, mut lane: Lane) {
    assert_eq!(lane.window(&[message(SLOW), message(PROMPT)], LIMIT).await.unwrap(), [Outcome::Confirmed; 2]);
    silence(node).await;
    lane.send(10, message(SLOW).into()).unwrap();
    lane.send(11, message(PROMPT).into()).unwrap();
    let mut settled = Vec::new();
    // Whoever waits is dropped, and the next one waits as well.
    while let Ok(some) = timeout(WHILE, lane.settled()).await {
        settled.extend(some);
    }
    assert!(settled.iter().all(|one| one.token == 11), "{settled:?}");
    // Another message makes nobody wait for ever.
    lane.send(12, message(PROMPT).into()).unwrap();
    end_silence(node).await;
    while lane.under_way() > 0 {
        settled.extend(timeout(LIMIT, lane.settled()).await.unwrap());
    }
    settled.sort_by_key(|one| one.token);
    let became: Vec<_> = settled.into_iter().map(|one| (one.token, one.outcome.unwrap())).collect();
    assert_eq!(became, [10, 11, 12].map(|token| (token, Outcome::Confirmed)));
}

/// A channel that both queues know: with its first message a channel of the broker waits for the queue.
async fn confirming(connection: &Connection) -> Channel {
    let channel = connection.create_channel().await.unwrap();
    channel.confirm_select(ConfirmSelectOptions::default()).await.unwrap();
    for queue in [SLOW, PROMPT] {
        assert!(timeout(LIMIT, publish(&channel, queue).await).await.unwrap().unwrap().is_ack());
    }
    channel
}

async fn publish(channel: &Channel, queue: &str) -> PublisherConfirm {
    let (options, properties) = (BasicPublishOptions::default(), BasicProperties::default());
    channel.basic_publish("".into(), queue.into(), options, b"x", properties).await.unwrap()
}

async fn silence(node: &RabbitMq) {
    tell(node, "suspend").await;
}

async fn end_silence(node: &RabbitMq) {
    tell(node, "resume").await;
}

/// Suspends the process of the slow queue within the broker, or lets it go on.
async fn tell(node: &RabbitMq, what: &str) {
    let queue = format!(r#"rabbit_misc:r(<<"/">>, queue, <<"{SLOW}">>)"#);
    let call = format!("{{ok, Q}} = rabbit_amqqueue:lookup({queue}), sys:{what}(amqqueue:get_pid(Q)).");
    node.control(&["eval", &call]).await;
}
