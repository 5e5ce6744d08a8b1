//! What goes on beside the requests.

use std::error::Error;
use std::time::Duration;

use stats_http::Live;
use stats_store::StatsStore;
use tokio::time::sleep;
use tracing::{info, warn};
use workout_broker::Broker;
use workout_events::jiff::Timestamp;
use workout_examples::Shutdown;

use crate::hints;

/// A few people at a time, so that a million of them are verified within some days.
const VERIFY_EVERY: Duration = Duration::from_secs(10);
const VERIFIED: u16 = 25;

/// A stretch of a goal is over at the end of some day, and is told two days later, so nobody is in a hurry.
const SETTLE_EVERY: Duration = Duration::from_hours(1);

/// Until the shutdown: numbers are verified, missed goals are told, and with others there are hints and announcements.
pub(crate) async fn run(store: StatsStore, others: Option<(Broker, Live)>, announces: bool, shutdown: Shutdown) {
    let in_turn = async {
        tokio::select! {
            () = settle(&store) => {}
            () = shutdown.wait() => {}
        }
    };
    let beside = async {
        let Some((broker, live)) = &others else { return };
        let hints = async { tokio::join!(hints::tell(broker, live), hints::hear(broker, live)) };
        let announcing = async {
            if announces && let Err(error) = store.relay(broker, shutdown.wait()).await {
                warn!(error = &error as &dyn Error, "records and goals are announced no longer");
            }
        };
        tokio::join!(announcing, async {
            tokio::select! {
                _ = hints => {}
                () = shutdown.wait() => {}
            }
        });
    };
    tokio::join!(store.watch(VERIFY_EVERY, VERIFIED, shutdown.wait()), in_turn, beside);
}

async fn settle(store: &StatsStore) {
    loop {
        match store.settle(Timestamp::now(), |_| {}).await {
            Ok(0) => {}
            Ok(missed) => info!(missed, "goals were missed"),
            Err(error) => warn!(error = &error as &dyn Error, "it cannot be told which goals were missed"),
        }
        sleep(SETTLE_EVERY).await;
    }
}
