//! A store that is verified without end.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use metrics::{Counter, CounterFn, Gauge, GaugeFn, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use stats_store::{Fact, StatsStore};
use tokio::runtime;
use workout_events::jiff::{ToSpan, Zoned};
use workout_events::{ActivityType, Event, Source, UserId, WorkoutId, WorkoutPerformed};

/// The tables, which people read.
const DOCUMENTED: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/observability.md"));

#[test]
fn everybody_is_looked_at_in_turn_and_every_figure_is_documented() {
    let told = Told::default();
    let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
    metrics::with_local_recorder(&told, || runtime.block_on(everything_happens(&told)));

    let rows = DOCUMENTED.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
    let documented: BTreeSet<_> =
        rows.map(|(name, _)| name.to_owned()).filter(|name| name.starts_with("workout_store_")).collect();
    assert_eq!(told.names(), documented);
}

/// Three people are verified two at a time; then numbers drift, and then the store is gone.
async fn everything_happens(told: &Told) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("stats.db");
    let store = StatsStore::sqlite(&file).await.unwrap();
    let ended = Zoned::now();
    let facts = [(); 3].map(|()| {
        let (user, started) = (UserId::generate(), &ended - 10.minutes());
        let workout = WorkoutId::generate();
        let data = WorkoutPerformed::new(workout, user, Source::new("tests"), ActivityType::Running, &started, &ended);
        Fact::from(&Event::new("/tests", data).unwrap())
    });
    let _ = store.writer().write(&facts).await.unwrap();

    watch(&store, told, |told| told.sum("workout_store_verified_people_total") >= 6).await;
    assert_eq!((told.sum("workout_store_drifts_total"), told.sum("workout_store_verify_failures_total")), (0, 0));
    let pool = SqlitePool::connect_with(SqliteConnectOptions::new().filename(&file)).await.unwrap();
    sqlx::query("UPDATE workout_stats_days SET duration_s = duration_s + 1").execute(&pool).await.unwrap();
    // Two of three, and then the third and one of those.
    let before = told.sum("workout_store_verified_people_total");
    watch(&store, told, |told| told.sum("workout_store_drifts_total") >= 4).await;
    assert_eq!(told.sum("workout_store_verified_people_total") - before, told.sum("workout_store_drifts_total"));

    sqlx::query("DROP TABLE workout_stats_people").execute(&pool).await.unwrap();
    watch(&store, told, |told| told.sum("workout_store_verify_failures_total") >= 2).await;
}

/// Watches until the figures are as they should be.
async fn watch(store: &StatsStore, told: &Told, until: impl Fn(&Told) -> bool + Send + Sync) {
    let shutdown = async {
        while !until(told) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    let watching = store.watch(Duration::from_millis(1), 2, shutdown);
    tokio::time::timeout(Duration::from_mins(1), watching).await.unwrap();
}

/// What was told, by its name.
#[derive(Debug, Clone, Default)]
struct Told(Arc<Mutex<Vec<(String, u64)>>>);

impl Told {
    fn names(&self) -> BTreeSet<String> {
        self.0.lock().unwrap().iter().map(|(name, _)| name.clone()).collect()
    }

    fn sum(&self, name: &str) -> u64 {
        self.0.lock().unwrap().iter().filter(|(told, _)| told == name).map(|(_, count)| count).sum()
    }

    fn note(&self, key: &Key) -> Arc<Noted> {
        assert_eq!(key.labels().map(metrics::Label::value).collect::<Vec<_>>(), ["SQLite"]);
        self.0.lock().unwrap().push((key.name().to_owned(), 0));
        Arc::new(Noted { told: self.clone(), name: key.name().to_owned() })
    }
}

struct Noted {
    told: Told,
    name: String,
}

impl CounterFn for Noted {
    fn increment(&self, count: u64) {
        self.told.0.lock().unwrap().push((self.name.clone(), count));
    }

    fn absolute(&self, _: u64) {}
}

impl GaugeFn for Noted {
    fn increment(&self, _: f64) {}
    fn decrement(&self, _: f64) {}
    fn set(&self, _: f64) {}
}

impl Recorder for Told {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.note(key))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(self.note(key))
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        self.note(key);
        Histogram::noop()
    }
}
