//! What a publisher tells those who watch it: all that the documentation names, and nothing else.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit, with_local_recorder};
use tokio::runtime;
use workout_broker::Queue;
use workout_broker::in_process::{Fate, Server};
use workout_events::types::user::UserErased;
use workout_events::{Event, UserId};
use workout_publisher::{Keeping, Kept, Outcome, Publisher, Spill};

/// The tables, which people read.
const DOCUMENTED: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/observability.md"));

/// The names of the figures that are told while this runs.
pub(crate) fn told(scenario: impl Future<Output = ()>) -> BTreeSet<String> {
    let names = Names::default();
    let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
    with_local_recorder(&names, || runtime.block_on(scenario));
    names.0.lock().unwrap().clone()
}

/// The documented figures whose names begin so.
pub(crate) fn documented(prefix: &str) -> BTreeSet<String> {
    let rows = DOCUMENTED.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
    rows.map(|(name, _)| name.to_owned()).filter(|name| name.starts_with(prefix)).collect()
}

#[test]
fn every_figure_of_the_publisher_is_documented_and_told() {
    assert_eq!(told(everything_happens()), documented("workout_publisher_"));
}

/// Events are confirmed, tried again, and spilled because the breaker is open.
async fn everything_happens() {
    #[derive(Debug)]
    struct Drain;
    impl Spill for Drain {
        fn keep(&self, _: Kept) -> Keeping<'_> {
            Box::pin(std::future::ready(Ok(())))
        }
    }
    let server = Server::new();
    let broker = server.connect();
    broker.declare(&Queue::new("figures").bind_type::<UserErased>()).await.unwrap();
    let minute = Duration::from_mins(1);
    let publisher = Publisher::builder(broker).breaker(1, minute).breaker_rest(minute).spill(Drain, minute).start();
    server.script([Fate::Nacked]);
    let (first, second) = [(); 2].map(|()| Event::new("/tests", UserErased::new(UserId::generate())).unwrap()).into();
    let (outcome, spilled) = tokio::join!(publisher.publish(&first), async {
        while !matches!(publisher.publish(&second).await, Ok(Outcome::Spilled)) {}
    });
    assert_eq!((outcome.unwrap(), spilled), (Outcome::Confirmed, ()));
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
