//! What a service tells those who watch it: all that the documentation names, and nothing else.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use axum::body::Body;
use axum::http::Request;
use axum::http::request::Parts;
use http_body_util::BodyExt;
use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit, with_local_recorder};
use stats_http::{Api, Authenticator, Identity, Live, Refused};
use stats_store::{Answer, Lifetime, StatsReader, StatsStore, StoreError, Totals};
use tokio::runtime;
use tower::ServiceExt;
use workout_events::UserId;

/// The tables, which people read.
const DOCUMENTED: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/observability.md"));

#[test]
fn every_figure_is_documented_and_told_and_none_names_a_person() {
    let rows = DOCUMENTED.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
    let documented: BTreeSet<_> =
        rows.map(|(name, _)| name.to_owned()).filter(|name| name.starts_with("stats_http_")).collect();
    let told = Told::default();
    let user = UserId::generate();
    let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
    with_local_recorder(&told, || {
        runtime.block_on(async {
            let (live, often) = (Live::new(), Live::new().keep_alive_every(Duration::from_millis(10)));
            let router = Api::new(StatsStore::memory().reader()).live(live.clone()).authenticator(Everybody).router();
            let ask = |path| Request::get(format!("/v1/users/{user}/{path}")).body(Body::empty()).unwrap();
            router.clone().oneshot(ask("totals")).await.unwrap();
            let mut stream = router.oneshot(ask("live")).await.unwrap().into_body();
            let is_snapshot = |data: &[u8]| data.starts_with(b"event: snapshot");
            while !stream.frame().await.unwrap().unwrap().data_ref().is_some_and(|data| is_snapshot(data)) {}
            live.end();
            assert!(stream.frame().await.is_none());
            let broken = Arc::new(Broken(StatsStore::memory().reader()));
            let broken = Api::new(broken).authenticator(Everybody).live(often.clone()).router();
            let mut stream = broken.oneshot(ask("live")).await.unwrap().into_body();
            // The line that says nothing comes behind the first look.
            while stream.frame().await.unwrap().unwrap().data_ref().is_none_or(|data| data != ":\n\n") {}
            often.end();
        });
    });
    let keys = told.0.lock().unwrap();
    assert_eq!(keys.iter().map(|key| key.name().to_owned()).collect::<BTreeSet<_>>(), documented);
    assert!(!format!("{keys:?}").contains(&user.to_string()), "{keys:?}");
    assert!(format!("{keys:?}").contains("/v1/users/{user_id}/totals"), "{keys:?}");
}

/// Nobody is asked who they are.
#[derive(Debug)]
struct Everybody;

#[async_trait]
impl Authenticator for Everybody {
    async fn authenticate(&self, _: &Parts) -> Result<Identity, Refused> {
        Ok(Identity::admin())
    }
}

/// A store that knows no workouts.
#[derive(Debug)]
struct Broken(Arc<dyn StatsReader>);

#[async_trait]
impl StatsReader for Broken {
    async fn totals(&self, user: UserId) -> Result<Totals, StoreError> {
        self.0.totals(user).await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.0.ping().await
    }

    async fn lifetime(&self, user: UserId) -> Result<Answer<Lifetime>, StoreError> {
        self.0.lifetime(user).await
    }
}

/// Remembers what it is asked for.
#[derive(Debug, Clone, Default)]
struct Told(Arc<Mutex<Vec<Key>>>);

impl Told {
    fn note(&self, key: &Key) {
        self.0.lock().unwrap().push(key.clone());
    }
}

impl Recorder for Told {
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
