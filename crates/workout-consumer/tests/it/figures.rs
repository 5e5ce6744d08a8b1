//! What a consumer tells those who watch it: all that the documentation names, and nothing else.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit, with_local_recorder};
use tokio::runtime;
use workout_consumer::{Batch, Batches, Consumer, Context, Failure};
use workout_events::{Event, WorkoutDeleted};

use crate::support::{QUEUE, publish_many, server, start, until};

/// The tables, which people read.
const DOCUMENTED: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/observability.md"));

#[test]
fn every_figure_of_the_consumer_is_documented_and_told() {
    let rows = DOCUMENTED.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
    let names = rows.map(|(name, _)| name.to_owned());
    let documented: BTreeSet<_> = names.filter(|name| name.starts_with("workout_consumer_")).collect();
    let told = Names::default();
    let runtime = runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    with_local_recorder(&told, || runtime.block_on(everything_happens()));
    assert_eq!(*told.0.lock().unwrap(), documented);
}

/// Events are handled, alone and together; what handlers need is away, and so is the queue.
async fn everything_happens() {
    let (server, broker) = server();
    let consumer =
        Consumer::new(QUEUE).on(async |_: Event<WorkoutDeleted>, context: Context| match context.attempt() {
            1 => Err(Failure::retry("not yet")),
            _ => Ok(()),
        });
    let running = start(&broker, consumer).await;
    publish_many(&broker, 1).await;
    until(|| running.health.last_settled().is_some()).await;
    server.delete_queue(QUEUE);
    until(|| server.waiting(QUEUE).is_some()).await;
    running.end().await;

    let away = Arc::new(Mutex::new(2));
    let handler = Batches::of(2).each(|_: Event<WorkoutDeleted>| ()).commit(move |batch: Batch<()>| {
        let away = Arc::clone(&away);
        async move {
            let away = std::mem::replace(&mut *away.lock().unwrap(), 0) > 0;
            if away {
                Err(Failure::unavailable("away"))
            } else {
                Ok(batch.commit(std::future::ready(Ok::<_, Infallible>(()))).await?)
            }
        }
    });
    let running = start(&broker, Consumer::new(QUEUE).batch(handler)).await;
    publish_many(&broker, 3).await;
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert_eq!(running.end().await.handled, 3);
}

/// Remembers what it is asked for by name.
#[derive(Debug, Clone, Default)]
struct Names(Arc<Mutex<BTreeSet<String>>>);

impl Names {
    fn note(&self, key: &Key) {
        let name = key.name();
        if name.starts_with("workout_consumer_") {
            self.0.lock().unwrap().insert(name.to_owned());
        }
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
