use workout_broker::{Broker, Outcome, Queue};

use crate::contract::{self, deleted};

#[tokio::test]
async fn keeps_the_contract() {
    contract::holds(&Broker::in_process()).await;
}

#[tokio::test]
async fn a_full_queue_refuses_and_says_so() {
    let broker = Broker::in_process();
    broker.declare(&Queue::new("full").bind("workout.events", "#")).await.unwrap();
    let message = deleted();
    for _ in 0..10_000 {
        assert_eq!(broker.publish(message.clone()).await.unwrap(), Outcome::Confirmed);
    }
    assert_eq!(broker.publish(message).await.unwrap(), Outcome::Nacked);
}

#[test]
fn futures_can_be_sent_between_threads() {
    fn check<T: Send>(_: T) {}
    let broker = Broker::in_process();
    check(broker.publish(deleted()));
    check(broker.consume("queue", workout_broker::Prefetch::default()));
    check(broker.close());
    check(broker.lane().window::<workout_events::amqp::Message>(&[], std::time::Duration::ZERO));
}
