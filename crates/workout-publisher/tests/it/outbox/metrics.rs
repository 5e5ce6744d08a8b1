//! What an outbox tells those who watch it.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit, with_local_recorder};
use tokio::runtime;
use workout_publisher::Outcome;
use workout_publisher::outbox::{Relay, SqliteOutbox};

use super::suite::script::Script;
use super::{open, suite};

/// The table of them, which people read.
const DOCUMENTED: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/observability.md"));

/// What is told only when a database is away.
const FAULTS: [&str; 1] = ["workout_outbox_database_errors_total"];

#[test]
fn every_metric_is_documented_and_told() {
    let names = Names::default();
    let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
    with_local_recorder(&names, || runtime.block_on(everything_happens()));

    let told: BTreeSet<String> = names.0.lock().unwrap().clone().into_iter().chain(FAULTS.map(str::to_owned)).collect();
    let rows = DOCUMENTED.lines().filter_map(|line| line.strip_prefix("| `workout_outbox_")?.split_once('`'));
    let documented: BTreeSet<String> = rows.map(|(name, _)| format!("workout_outbox_{name}")).collect();
    assert_eq!(told, documented);
}

/// Events are sent, parked, kept and deleted.
async fn everything_happens() {
    let (_folder, pool) = open().await;
    let outbox = SqliteOutbox::new(pool.clone());
    outbox.migrate().await.unwrap();
    let events = [suite::event(), suite::event()];
    let unwanted = events[0].id().to_string();
    suite::enqueue(&outbox, &pool, &events).await;
    let script =
        Script::new(
            move |message, _| {
                if message.properties.message_id == unwanted { Outcome::Returned } else { Outcome::Confirmed }
            },
        );
    let relay = Relay::through(outbox.clone(), script).park_after(1).retention(Duration::ZERO);
    let all = suite::until(async || outbox.lag().await.unwrap().events == 0);
    let report = suite::bounded(relay.run(all)).await.unwrap();
    assert_eq!((report.sent, report.parked), (1, 1));
}

/// Remembers what it is asked for by name.
#[derive(Debug, Clone, Default)]
struct Names(Arc<Mutex<BTreeSet<String>>>);

impl Names {
    fn note(&self, key: &Key) {
        self.0.lock().unwrap().insert(key.name().to_owned());
    }
}

impl Recorder for Names {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        self.note(key);
        Counter::noop()
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        self.note(key);
        Gauge::noop()
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        self.note(key);
        Histogram::noop()
    }
}
