//! A consumer in a process of its own, which is killed.

use std::env;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use stats_store::{Ingest, StatsStore};
use workout_broker::Broker;
use workout_consumer::Consumer;

use super::QUEUE;

/// What a consumer in another process is told.
const ORDER: &str = "WORKOUT_TEST_STORE_CONSUMER";

/// Not a test, but what the tests beside it start: they are the same program.
#[tokio::test(flavor = "multi_thread")]
async fn a_consumer_for_the_tests_beside_it() {
    let Ok(order) = env::var(ORDER) else { return };
    let order: Value = serde_json::from_str(&order).unwrap();
    let text = |name: &str| order[name].as_str().unwrap();
    let size = usize::try_from(order["size"].as_u64().unwrap()).unwrap();
    let store = StatsStore::connect(text("store")).await.unwrap();
    let broker = Broker::connect(text("broker")).await.unwrap();
    Box::pin(consumer(&store, size).run(broker, std::future::pending())).await.unwrap();
}

/// Writes so many facts together.
pub(super) fn consumer(store: &StatsStore, size: usize) -> Consumer {
    Consumer::new(QUEUE).batch(Ingest::into(store.writer()).size(size).handler())
}

/// A process that ends by SIGKILL.
pub(super) struct Process(Child);

impl Process {
    pub(super) fn start(broker: &str, store: &str, size: usize) -> Self {
        let order = json!({ "broker": broker, "store": store, "size": size });
        let mut command = Command::new(env::current_exe().unwrap());
        command.args(["--exact", "store::process::a_consumer_for_the_tests_beside_it"]);
        command.env(ORDER, order.to_string()).stdout(Stdio::null()).stderr(Stdio::null());
        Self(command.spawn().unwrap())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}
