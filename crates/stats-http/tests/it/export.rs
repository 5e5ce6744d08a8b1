//! Workouts as files.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use axum::response::Response;
use http_body_util::BodyExt;
use serde_json::Value;
use stats_http::{Api, Authenticator, Dashboard, Identity, Refused};
use stats_store::demo::Story;
use stats_store::{
    Answer, Days, Fact, Lifetime, StatsReader, StatsStore, StoreError, Sums, Totals, WholeWorkout, WorkoutFilter,
};
use tower::ServiceExt;
use workout_events::jiff::{Timestamp, ToSpan};
use workout_events::types::user::UserErased;
use workout_events::{ActivityType, Event, Source, UserId, WorkoutId, WorkoutPerformed, ZoneName};

use crate::support::{Reply, Served, performed, store};

async fn story() -> (UserId, StatsStore) {
    let (user, store) = (UserId::from_foreign("tests", "ada"), StatsStore::memory());
    for facts in Story::years(user, 2).facts("2025-06-15T18:00:00Z".parse().unwrap()).chunks(500) {
        let _ = store.writer().write(facts).await.unwrap();
    }
    (user, store)
}

async fn get(served: &Served, user: UserId, question: &str) -> Reply {
    let reply = served.get(&format!("/v1/users/{user}/export?{question}")).await;
    assert_eq!(reply.status, 200, "{question}: {reply:?}");
    reply
}

/// Lines of a table, whose texts have no line ends.
fn sum(table: &str, column: &str) -> i64 {
    let mut lines = table.lines();
    let at = lines.next().unwrap().split(',').position(|name| name == column).unwrap();
    // The only text that people wrote is the title, and the demo writes none with a comma.
    lines.map(|line| line.split(',').nth(at).unwrap().parse::<i64>().unwrap_or(0)).sum()
}

#[tokio::test]
async fn the_sums_of_every_file_are_those_of_the_api() {
    let (user, store) = story().await;
    let served = Served::new(Api::new(store.reader()).router()).await;
    for range in ["", "from=2025-01-01&to=2025-03-31"] {
        let days = if range.is_empty() { "from=0001-01-01" } else { range };
        let sums = served.get(&format!("/v1/users/{user}/totals?{days}")).await.json()["data"].clone();
        assert!(sums["workouts"].as_i64().unwrap() > 40, "{sums}");
        let table = get(&served, user, &format!("format=csv&{range}")).await.text();
        assert_eq!(i64::try_from(table.lines().count()).unwrap(), sums["workouts"].as_i64().unwrap() + 1);
        for name in ["duration_s", "energy_kcal", "distance_m", "volume_g", "sets"] {
            assert_eq!(sum(&table, name), sums[name].as_i64().unwrap(), "{name}");
        }
        let whole = get(&served, user, &format!("format=json&{range}")).await.json();
        assert_eq!(whole["data"]["sums"], sums);
        let workouts = whole["data"]["workouts"].as_array().unwrap();
        assert_eq!(i64::try_from(workouts.len()).unwrap(), sums["workouts"].as_i64().unwrap());
        let seconds: i64 = workouts.iter().map(|workout| workout["brief"]["duration_s"].as_i64().unwrap()).sum();
        assert_eq!(seconds, sums["duration_s"].as_i64().unwrap());
    }
}

#[tokio::test]
async fn a_file_says_what_it_is() {
    let (user, store) = story().await;
    let served = Served::new(Api::new(store.reader()).router()).await;
    for (format, media_type, name) in [
        ("csv", "text/csv; charset=utf-8", "workouts.csv"),
        ("json", "application/json", "workouts.json"),
        ("jsonl", "application/x-ndjson", "workouts.jsonl"),
        ("hevy", "text/csv; charset=utf-8", "workouts-hevy.csv"),
        ("strong", "text/csv; charset=utf-8", "workouts-strong.csv"),
    ] {
        let reply = get(&served, user, &format!("format={format}")).await;
        assert_eq!(reply.header("content-type"), Some(media_type));
        assert_eq!(reply.header("content-disposition"), Some(format!("attachment; filename=\"{name}\"").as_str()));
        let tag = reply.header("etag").unwrap();
        let path = format!("/v1/users/{user}/export?format={format}");
        assert_eq!(served.send("GET", &path, &format!("If-None-Match: {tag}\r\n"), b"").await.status, 304);
    }
}

#[tokio::test]
async fn events_come_with_how_the_person_counts_and_each_workout_once() {
    let (user, store) = story().await;
    let served = Served::new(Api::new(store.reader()).router()).await;
    let lines = get(&served, user, "format=jsonl").await.text();
    let events: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(events[0]["type"], "user.preferences_changed");
    let ids: std::collections::BTreeSet<_> =
        events[1..].iter().map(|event| event["data"]["workout_id"].as_str().unwrap()).collect();
    let total = store.reader().totals(user).await.unwrap().total_workouts;
    assert_eq!((ids.len() as u64, events.len() as u64 - 1), (total, total));
}

#[tokio::test]
async fn loads_are_in_the_units_that_are_asked_for_or_that_the_person_reads() {
    let (user, store) = story().await;
    let served = Served::new(Api::new(store.reader()).router()).await;
    let head = async |question: &str| get(&served, user, question).await.text().lines().next().unwrap().to_owned();
    assert!(head("format=hevy").await.contains("weight_kg"));
    assert!(head("format=hevy&units=imperial").await.contains("weight_lbs"));
}

#[tokio::test]
async fn who_has_done_nothing_gets_a_file_without_workouts() {
    let served = Served::new(Api::new(StatsStore::memory().reader()).router()).await;
    let user = UserId::generate();
    assert_eq!(get(&served, user, "format=csv").await.text().lines().count(), 1);
    assert_eq!(get(&served, user, "format=jsonl").await.text(), "");
    let whole = get(&served, user, "format=json").await.json();
    assert_eq!(whole["data"]["workouts"], Value::Array(Vec::new()));
}

#[tokio::test]
async fn a_file_that_cannot_be_is_refused() {
    let user = UserId::generate();
    let served = Served::new(Api::new(store(user, 1).await.reader()).router()).await;
    for (question, code) in [
        ("", "missing_parameter"),
        ("format=", "invalid_parameter"),
        ("format=xlsx", "invalid_parameter"),
        ("format=csv&format=json", "repeated_parameter"),
        ("format=csv&from=2026-03-02&to=2026-03-01", "invalid_range"),
        ("format=csv&from=yesterday", "invalid_parameter"),
        ("format=hevy&units=stone", "invalid_parameter"),
        ("format=csv&limit=5", "unknown_parameter"),
    ] {
        let reply = served.get(&format!("/v1/users/{user}/export?{question}")).await;
        assert_eq!(reply.problem(), (400, code.to_owned()), "{question}");
    }
}

/// Counts the pages, and has no more of them than it was told.
#[derive(Debug)]
struct Pages {
    store: StatsStore,
    asked: AtomicUsize,
    most: usize,
}

#[async_trait]
impl StatsReader for Pages {
    async fn totals(&self, user: UserId) -> Result<Totals, StoreError> {
        self.store.reader().totals(user).await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        Ok(())
    }

    async fn lifetime(&self, user: UserId) -> Result<Answer<Lifetime>, StoreError> {
        self.store.reader().lifetime(user).await
    }

    async fn sums(&self, user: UserId, days: Days) -> Result<Answer<Vec<Sums>>, StoreError> {
        self.store.reader().sums(user, days).await
    }

    async fn whole_workouts(
        &self,
        user: UserId,
        filter: &WorkoutFilter,
    ) -> Result<Answer<Vec<WholeWorkout>>, StoreError> {
        if self.asked.fetch_add(1, Ordering::SeqCst) == self.most {
            return Err(StoreError::other("the store went away"));
        }
        self.store.reader().whole_workouts(user, filter).await
    }
}

/// Somebody who may see everything, without a socket.
#[derive(Debug)]
struct Anybody;

#[async_trait]
impl Authenticator for Anybody {
    async fn authenticate(&self, _: &axum::http::request::Parts) -> Result<Identity, Refused> {
        Ok(Identity::admin())
    }
}

#[tokio::test]
async fn a_file_is_made_while_it_is_read_and_no_sooner() {
    let (user, store) = story().await;
    let pages = Arc::new(Pages { store, asked: AtomicUsize::new(0), most: usize::MAX });
    let router = Api::new(pages.clone()).authenticator(Anybody).router();
    let request = Request::get(format!("/v1/users/{user}/export?format=json")).body(Body::empty()).unwrap();
    let mut body = router.oneshot(request).await.unwrap().into_body();
    assert_eq!(pages.asked.load(Ordering::SeqCst), 1);
    let mut frames = 0;
    while let Some(frame) = body.frame().await {
        assert!(frame.unwrap().into_data().unwrap().len() < 1 << 20);
        frames += 1;
        assert!(pages.asked.load(Ordering::SeqCst) <= frames, "it asks for what nobody has read up to");
    }
    assert!(frames > 1, "{frames}");
}

#[tokio::test]
async fn a_store_that_goes_away_cuts_the_file_off() {
    let (user, store) = story().await;
    let pages = Arc::new(Pages { store, asked: AtomicUsize::new(0), most: 1 });
    let router = Api::new(pages).authenticator(Anybody).router();
    let request = Request::get(format!("/v1/users/{user}/export?format=csv")).body(Body::empty()).unwrap();
    let response = router.oneshot(request).await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(to_bytes(response.into_body(), usize::MAX).await.is_err(), "a part is not taken for the whole");
}

/// Every task of this thread has come to where it waits.
async fn all_run() {
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
}

async fn ask(router: &Router, path: &str) -> Response {
    router.clone().oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap()
}

#[tokio::test]
async fn who_takes_nothing_of_files_is_cut_off_and_keeps_no_place() {
    let (user, store) = story().await;
    let pages = Dashboard::new(store.reader()).routes();
    let router = Api::new(store.reader()).authenticator(Anybody).guarded(pages).router();
    let (api, button) =
        (format!("/v1/users/{user}/export?format=json"), format!("/dashboard/{user}/export?format=json"));
    let mut files = Vec::new();
    for path in [&api, &button, &api, &button] {
        files.push(ask(&router, path).await);
    }
    assert!(files.iter().all(|file| file.status() == 200));
    for path in [&api, &button] {
        let refused = ask(&router, path).await;
        assert_eq!(
            (refused.status().as_u16(), refused.headers()["retry-after"].as_bytes()),
            (429, &b"5"[..]),
            "{path}"
        );
    }
    // Who goes away makes a place free at once, and who does not read in half a minute.
    files.pop();
    let next = async {
        loop {
            let file = ask(&router, &api).await;
            if file.status() == 200 {
                return file;
            }
            tokio::task::yield_now().await;
        }
    };
    files.push(next.await);
    all_run().await;
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(31)).await;
    all_run().await;
    tokio::time::resume();
    let whole = ask(&router, &api).await;
    assert_eq!(whole.status(), 200);
    assert!(to_bytes(whole.into_body(), usize::MAX).await.is_ok());
    for file in files {
        assert!(to_bytes(file.into_body(), usize::MAX).await.is_err(), "a part is not taken for the whole");
    }
}

/// Lets everybody in until it is closed.
#[derive(Debug, Clone, Default)]
struct Door(Arc<AtomicBool>);

#[async_trait]
impl Authenticator for Door {
    async fn authenticate(&self, _: &axum::http::request::Parts) -> Result<Identity, Refused> {
        if self.0.load(Ordering::SeqCst) { Err(Refused::InvalidToken) } else { Ok(Identity::admin()) }
    }
}

#[tokio::test]
async fn a_file_ends_when_its_reader_is_no_longer_let_in() {
    let (user, store) = story().await;
    let door = Door::default();
    let pages = Dashboard::new(store.reader()).routes();
    let router = Api::new(store.reader()).authenticator(door.clone()).guarded(pages).router();
    for path in [format!("/v1/users/{user}/export?format=csv"), format!("/dashboard/{user}/export?format=csv")] {
        door.0.store(false, Ordering::SeqCst);
        let file = ask(&router, &path).await;
        assert_eq!(file.status(), 200);
        door.0.store(true, Ordering::SeqCst);
        assert!(to_bytes(file.into_body(), usize::MAX).await.is_err(), "{path}");
    }
}

#[tokio::test]
async fn a_file_is_of_one_moment_or_cut_off() {
    let (user, store) = story().await;
    let router = Api::new(store.reader()).authenticator(Anybody).router();
    let path = format!("/v1/users/{user}/export?format=json");
    let erased = Fact::from(&Event::new("/tests", UserErased::new(user)).unwrap());
    for fact in [performed(UserId::generate(), 1), performed(user, 1), erased] {
        let file = ask(&router, &path).await;
        let _ = store.writer().write(std::slice::from_ref(&fact)).await.unwrap();
        let whole = to_bytes(file.into_body(), usize::MAX).await;
        assert_eq!(whole.is_ok(), fact.user_id() != Some(user), "{fact:?}");
    }
}

#[tokio::test]
async fn what_a_spreadsheet_would_compute_is_a_text_in_a_table() {
    let (user, store) = (UserId::generate(), StatsStore::memory());
    let started: Timestamp = "2026-03-01T10:00:00Z".parse().unwrap();
    let times = (started.into(), (started + 1.hours()).into());
    let ids = (WorkoutId::generate(), user);
    let mut workout = WorkoutPerformed::in_zone(ids, Source::new("coach"), ActivityType::Yoga, times, ZoneName::utc());
    workout.title = Some("=HYPERLINK(1)".to_owned());
    let _ = store.writer().write(&[Fact::from(&Event::new("/coach", workout).unwrap())]).await.unwrap();
    let served = Served::new(Api::new(store.reader()).router()).await;
    let table = get(&served, user, "format=csv").await.text();
    assert!(table.contains(",'=HYPERLINK(1),"), "{table}");
}
