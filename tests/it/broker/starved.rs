//! A broker that takes nothing in, and one that hangs: on a server of their own, for they would stop all other tests.

use std::time::Duration;

use support::{own, wait};
use tokio::time::timeout;
use workout_broker::testing::contract::{self, FreshServer};
use workout_broker::{Broker, LinkState, Outcome, Prefetch, Queue};

use super::{WANTED, message};

const QUEUE: &str = "broker.starved";
const LIMIT: Duration = Duration::from_secs(30);
const SHORT: Duration = Duration::from_secs(1);

/// A node that runs out of memory at the word of the suite.
struct Starving(own::RabbitMq);

impl FreshServer for Starving {
    async fn connect(&self) -> Broker {
        Broker::connect(&self.0.amqp_url()).await.unwrap()
    }

    async fn starve(&self, starved: bool) -> bool {
        self.0.control(&["set_vm_memory_high_watermark", if starved { "0.00001" } else { "0.6" }]).await;
        true
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_short_of_memory_passes_the_suite() {
    let Some(node) = own::rabbitmq("").await else { return };
    contract::a_starved_server_holds_up_publishers_and_no_readers(&Starving(node)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_that_blocks_or_hangs_is_named_and_no_publisher_waits_longer_than_it_said() {
    let Some(node) = own::rabbitmq("").await else { return };
    let broker = Broker::connect(&format!("{}/%2f?heartbeat=1", node.amqp_url())).await.unwrap();
    broker.declare(&Queue::new(QUEUE).bind("workout.events", WANTED)).await.unwrap();
    let mut lane = broker.lane();
    assert_eq!(lane.window(&[message(WANTED)], LIMIT).await.unwrap(), [Outcome::Confirmed]);

    node.control(&["set_vm_memory_high_watermark", "0.00001"]).await;
    // The broker blocks a connection when something is published on it.
    wait::until("the publish link is blocked", LIMIT, || {
        let (mut lane, broker) = (broker.lane(), broker.clone());
        async move {
            let became = timeout(2 * SHORT, lane.window(&[message(WANTED)], SHORT)).await.unwrap();
            assert!(became.is_err() || became.unwrap().len() == 1);
            broker.health().publishing.state == LinkState::Blocked
        }
    })
    .await;
    // Readers still drain it.
    let mut deliveries = broker.consume(QUEUE, Prefetch::default()).await.unwrap();
    timeout(LIMIT, deliveries.next()).await.unwrap().unwrap().unwrap().ack().await.unwrap();
    // What is known to be blocked is not even tried.
    assert!(lane.window(&[message(WANTED)], SHORT).await.unwrap_err().is_transient());
    assert_eq!(broker.health().consuming.state, LinkState::Up, "{}", broker.health());
    node.control(&["set_vm_memory_high_watermark", "0.6"]).await;
    timeout(LIMIT, broker.well()).await.unwrap().unwrap();
    assert_eq!(lane.window(&[message(WANTED)], LIMIT).await.unwrap(), [Outcome::Confirmed]);

    node.hold();
    assert_eq!(lane.window(&[message(WANTED)], SHORT).await.unwrap(), [Outcome::Unknown]);
    wait::until("both links are given up", LIMIT, || async {
        let health = broker.health();
        (health.publishing.state, health.consuming.state) == (LinkState::Down, LinkState::Down)
    })
    .await;
    assert!(lane.window(&[message(WANTED)], SHORT).await.unwrap_err().is_transient());
    node.release();
    timeout(LIMIT, broker.well()).await.unwrap().unwrap();
    assert_eq!(lane.window(&[message(WANTED)], LIMIT).await.unwrap(), [Outcome::Confirmed]);
    timeout(LIMIT, deliveries.next()).await.unwrap().unwrap().unwrap().ack().await.unwrap();
    deliveries.close().await.unwrap();
    broker.close().await.unwrap();
}
