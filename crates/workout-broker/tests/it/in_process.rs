use std::time::Duration;

use workout_broker::in_process::Server;
use workout_broker::testing::contract::FreshServer;
use workout_broker::{Broker, Outcome, Prefetch, Queue, contract_tests};
use workout_events::amqp::Message;

use crate::message;

pub(crate) struct InProcess(pub(crate) Server);

impl FreshServer for InProcess {
    async fn connect(&self) -> Broker {
        self.0.connect()
    }

    async fn cut(&self) -> bool {
        cut(&self.0)
    }

    async fn starve(&self, starved: bool) -> bool {
        starve(&self.0, starved)
    }
}

pub(crate) fn cut(server: &Server) -> bool {
    server.lose_publishing();
    server.lose_consuming();
    server.restore_publishing();
    server.restore_consuming();
    true
}

pub(crate) fn starve(server: &Server, starved: bool) -> bool {
    if starved {
        server.block();
    } else {
        server.unblock();
    }
    true
}

mod contract {
    use super::{InProcess, Server, contract_tests};

    contract_tests!(InProcess(Server::new()));
}

#[tokio::test]
async fn a_full_queue_refuses_and_says_so() {
    let broker = Broker::in_process();
    broker.declare(&Queue::new("full").bind("workout.events", "#")).await.unwrap();
    let window: Vec<_> = (0..10_001).map(|_| message("any")).collect();
    let outcomes = broker.lane().window(&window, Duration::from_secs(1)).await.unwrap();
    assert!(outcomes[..10_000].iter().all(|outcome| outcome.is_confirmed()));
    assert_eq!(outcomes[10_000], Outcome::Nacked);
}

#[test]
fn futures_can_be_sent_between_threads() {
    fn check<T: Send>(_: T) {}
    let broker = Broker::in_process();
    check(broker.publish(message("any")));
    check(broker.consume("queue", Prefetch::default()));
    check(broker.close());
    check(broker.lane().window::<Message>(&[], Duration::ZERO));
}
