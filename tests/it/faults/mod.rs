//! A publisher with 64 callers, and a broker that fails under it: what each caller was told must be true.
//!
//! Every fault goes through the same [`check`]: the callers publish; the fault strikes, lasts and is mended; publishing
//! has to resume by itself; then the queue is read to its end and compared with what the callers were told.

mod account;
mod callers;
pub(crate) mod fault;
pub(crate) mod queue;
mod returned;
pub(crate) mod site;

use std::time::{Duration, Instant};

use support::wait;
use tokio::time::sleep;
use workout_broker::Broker;
use workout_publisher::Publisher;

use account::Account;
use callers::Callers;
use fault::Fault;
use site::Site;

/// For what takes its time on a loaded machine, and is not what is measured.
const LIMIT: Duration = Duration::from_mins(1);

/// How many events are confirmed before the fault strikes, and again after it has been mended.
const ENOUGH: usize = 1_000;

#[tokio::test(flavor = "multi_thread")]
async fn the_broker_is_killed_and_started_again() {
    check(Fault::Killed, 0x5eed_0001).await;
}

/// The longest of all tests: the fault is that of a machine that is held for one and a half minutes.
#[tokio::test(flavor = "multi_thread")]
async fn the_broker_is_held_for_90_seconds() {
    check(Fault::Held, 0x5eed_0002).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_broker_is_stopped_and_started_within_its_node() {
    check(Fault::Stopped, 0x5eed_0003).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_connections_are_closed() {
    check(Fault::ConnectionsClosed, 0x5eed_0004).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_broker_is_short_of_memory() {
    check(Fault::NoMemory, 0x5eed_0005).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_broker_is_short_of_disk() {
    check(Fault::NoDisk, 0x5eed_0006).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_queue_is_deleted_and_declared_again() {
    check(Fault::QueueDeleted, 0x5eed_0007).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_exchange_is_deleted_and_declared_again() {
    check(Fault::ExchangeDeleted, 0x5eed_0008).await;
}

/// What was cut off and is refused when it is tried again is in the queue perhaps: its caller must not be told otherwise.
#[tokio::test(flavor = "multi_thread")]
async fn the_permission_to_write_is_revoked_and_given_back() {
    check(Fault::MayNotWrite, 0x5eed_0009).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_permissions_are_revoked_and_given_back() {
    check(Fault::MayNotConnect, 0x5eed_000a).await;
}

/// The seed decides how long each caller is willing to wait for each event.
#[track_caller]
fn check(fault: Fault, seed: u64) -> impl Future<Output = ()> {
    Box::pin(async move {
        let Some(mut site) = Site::of(fault).await else { return };
        let url = site.url();
        let broker = Broker::connect(&url).await.unwrap();
        broker.declare(&queue::declaration()).await.unwrap();
        site.settle().await;
        let publisher = Publisher::new(broker.clone());
        let callers = Callers::start(&publisher, seed);
        wait::until("publishing as usual", LIMIT, || async { callers.confirmed() > ENOUGH }).await;

        let striking = Instant::now();
        site.strike(fault).await;
        let struck = Instant::now();
        sleep(fault.lasts()).await;
        let mending = Instant::now();
        site.mend(fault).await;
        wait::until("another client publishes", LIMIT, || queue::takes(&url)).await;
        let back = Instant::now();
        // Whoever waits in vain here is told by the account, which knows more.
        let resumed = || async { callers.all_confirmed_since(back).then_some(()) };
        if wait::poll(4 * account::BACK, resumed).await.is_some() {
            let confirmed = callers.confirmed();
            wait::until("publishing as before", LIMIT, || async { callers.confirmed() > confirmed + ENOUGH }).await;
        }

        let calls = callers.stop().await;
        let left = publisher.close(LIMIT).await.left;
        // A server whose channel waits for a queue that was deleted under it may take longer than we do.
        if let Err(error) = broker.close().await {
            assert!(error.is_transient(), "{error:?}");
        }
        let queued = queue::drained(&url).await;
        Account { fault, seed, striking, struck, mending, back, calls, left, queued }.judge();
    })
}
