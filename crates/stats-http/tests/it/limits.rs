//! What keeps one client from harming the others, and what tells it that nothing is new.

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::http::HeaderValue;
use axum::routing::get;
use stats_http::{Api, RateLimit};
use stats_store::{Answer, Lifetime, StatsReader, StatsStore, StoreError, Totals};
use tokio::task::JoinSet;
use workout_events::UserId;

use crate::support::{Served, performed, store};

#[tokio::test]
async fn an_answer_that_the_client_has_is_not_sent_again() {
    let user = UserId::generate();
    let store = store(user, 3).await;
    let served = Served::new(Api::new(store.reader()).router()).await;
    let path = format!("/v1/users/{user}/totals");
    let first = served.get(&path).await;
    let tag = first.header("etag").unwrap().to_owned();
    assert_eq!(first.header("cache-control"), Some("private, no-cache"));

    let ask = async |path: &str, tag: &str| served.send("GET", path, &format!("If-None-Match: {tag}\r\n"), b"").await;
    let again = ask(&path, &format!("\"other\", {tag}")).await;
    assert_eq!((again.status, again.body.len(), again.header("etag")), (304, 0, Some(tag.as_str())));
    // Another question has another answer.
    assert_eq!(ask(&format!("{path}?activity=running"), &tag).await.status, 200);
    let _ = store.writer().write(&[performed(user, 9)]).await.unwrap();
    let later = ask(&path, &tag).await;
    assert_eq!((later.status, later.json()["data"]["workouts"].as_u64()), (200, Some(4)));
}

#[tokio::test]
async fn a_reader_waits_for_what_it_has_written() {
    let user = UserId::generate();
    let store = store(user, 1).await;
    let api = Api::new(store.reader()).wait_at_most(Duration::from_millis(200));
    let served = Served::new(api.router()).await;
    let path = format!("/v1/users/{user}/totals?min_position=2");
    let reply = served.get(&path).await;
    assert_eq!(reply.problem(), (409, "stale".to_owned()));
    assert_eq!(reply.header("retry-after"), Some("1"));
    let writer = store.writer();
    let (reply, _) = tokio::join!(served.get(&path), async {
        tokio::task::yield_now().await;
        writer.write(&[performed(user, 2)]).await.unwrap()
    });
    assert_eq!(reply.json()["data"]["workouts"], 2);
}

#[tokio::test]
async fn who_asks_too_often_is_told_when_to_come_back() {
    let user = UserId::generate();
    let api = Api::new(store(user, 1).await.reader()).rate_limit(RateLimit::per_second(1).burst(2));
    let served = Served::new(api.router()).await;
    let path = format!("/v1/users/{user}/totals");
    for _ in 0..2 {
        assert_eq!(served.get(&path).await.status, 200);
    }
    let reply = served.get(&path).await;
    assert_eq!(reply.problem(), (429, "rate_limited".to_owned()));
    assert_eq!(reply.header("retry-after"), Some("1"));
    // Whoever watches the service is not a client.
    assert_eq!(served.get("/healthz").await.status, 200);
}

#[tokio::test]
async fn long_answers_are_compressed_for_those_who_understand_it() {
    let user = UserId::generate();
    let served = Served::new(Api::new(store(user, 30).await.reader()).router()).await;
    let path = format!("/v1/users/{user}/workouts");
    let plain = served.get(&path).await;
    let packed = served.send("GET", &path, "Accept-Encoding: gzip\r\n", b"").await;
    assert_eq!((plain.header("content-encoding"), packed.header("content-encoding")), (None, Some("gzip")));
    assert_eq!(plain.header("etag"), packed.header("etag"));
    assert!(packed.body.len() * 3 < plain.body.len());
    let mut unpacked = Vec::new();
    flate2::read::GzDecoder::new(&packed.body[..]).read_to_end(&mut unpacked).unwrap();
    assert_eq!(unpacked, plain.body);
}

#[tokio::test]
async fn a_request_keeps_its_id_or_is_given_one() {
    let served = Served::new(Api::new(StatsStore::memory().reader()).router()).await;
    let brought = served.send("GET", "/healthz", "X-Request-Id: abc-1\r\n", b"").await;
    assert_eq!(brought.header("x-request-id"), Some("abc-1"));
    let long = "x".repeat(129);
    for useless in ["", "with space", long.as_str()] {
        let given = served.send("GET", "/healthz", &format!("X-Request-Id: {useless}\r\n"), b"").await;
        let id = given.header("x-request-id").unwrap();
        assert!(id.len() == 36 && id != useless, "{id}");
    }
    let wrong = served.send("POST", "/healthz", "X-Request-Id: abc-2\r\n", b"").await;
    assert_eq!((wrong.status, wrong.header("x-request-id")), (405, Some("abc-2")));
}

#[tokio::test]
async fn pages_of_other_origins_are_let_in_only_by_name() {
    let preflight = "Origin: https://app.example\r\nAccess-Control-Request-Method: GET\r\n";
    let path = format!("/v1/users/{}/totals", UserId::generate());
    let closed = Served::new(Api::new(StatsStore::memory().reader()).router()).await;
    let reply = closed.send("OPTIONS", &path, preflight, b"").await;
    assert_eq!((reply.status, reply.header("access-control-allow-origin")), (405, None));

    let origins = [HeaderValue::from_static("https://app.example")];
    let open = Served::new(Api::new(StatsStore::memory().reader()).allow_origins(origins).router()).await;
    let reply = open.send("OPTIONS", &path, preflight, b"").await;
    assert_eq!(reply.header("access-control-allow-origin"), Some("https://app.example"));
    let foreign = preflight.replace("app.example", "evil.example");
    assert_eq!(open.send("OPTIONS", &path, &foreign, b"").await.header("access-control-allow-origin"), None);
}

#[tokio::test]
async fn a_defect_is_answered_like_any_other_problem() {
    let routes = Router::new().route("/broken", get(async || -> &str { panic!("a defect") }));
    let served = Served::new(Api::new(StatsStore::memory().reader()).guarded(routes).router()).await;
    assert_eq!(served.get("/broken").await.problem(), (500, "internal".to_owned()));
    assert_eq!(served.get("/healthz").await.status, 200);
}

#[tokio::test]
async fn lengths_that_contradict_one_another_are_refused() {
    let served = Served::new(Api::new(StatsStore::memory().reader()).router()).await;
    let head = "GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n";
    let smuggled = format!("{head}0\r\n\r\nGET /readyz HTTP/1.1\r\nHost: x\r\n\r\n");
    let reply = served.raw(smuggled.as_bytes()).await;
    // RFC 9112 lets a server refuse, or go by the chunks and close. A second answer would be what is smuggled.
    assert!(!reply.text().contains("HTTP/1.1"), "{reply:?}");
    let twice = "GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\n";
    assert_eq!(served.raw(twice.as_bytes()).await.status, 400);
}

#[tokio::test]
async fn a_part_that_does_not_work_is_named() {
    let api = Api::new(StatsStore::memory().reader()).part("consumer", || false).part("relay", || true);
    let served = Served::new(api.metrics(|| "up 1\n".to_owned()).router()).await;
    let reply = served.get("/readyz").await;
    assert_eq!(reply.problem(), (503, "not_ready".to_owned()));
    assert_eq!(reply.json()["parts"], serde_json::json!(["consumer"]));
    assert_eq!(served.get("/metrics").await.text(), "up 1\n");
}

#[tokio::test]
async fn what_everybody_may_ask_is_counted_apart_and_by_address() {
    let user = UserId::generate();
    let api =
        Api::new(store(user, 1).await.reader()).rate_limit(RateLimit::per_second(1).burst(2)).metrics(String::new);
    let served = Served::new(api.router()).await;
    let mut answered = Vec::new();
    for path in ["/readyz", "/openapi.json", "/docs", "/docs.css", "/metrics"] {
        answered.push(served.get(path).await.status);
    }
    // A machine that is slow enough is asked more slowly than it would refuse.
    assert!(answered.iter().filter(|status| **status == 429).count() >= 2, "{answered:?}");
    assert_eq!(served.get("/readyz").await.problem(), (429, "rate_limited".to_owned()));
    // Whether the process lives is answered to everybody, and what is about people was not touched.
    for _ in 0..5 {
        assert_eq!(served.get("/healthz").await.status, 200);
    }
    assert_eq!(served.get(&format!("/v1/users/{user}/totals")).await.status, 200);
}

#[tokio::test]
async fn whoever_has_any_answer_is_told_of_what_is_there_alone() {
    let user = UserId::generate();
    let served = Served::new(Api::new(store(user, 1).await.reader()).router()).await;
    let ask =
        async |path: &str| served.send("GET", &format!("/v1/users/{user}/{path}"), "If-None-Match: *\r\n", b"").await;
    assert_eq!(ask("totals").await.status, 304);
    let nowhere = format!("workouts/{}", workout_events::WorkoutId::generate());
    assert_eq!(ask(&nowhere).await.problem(), (404, "not_found".to_owned()));
    assert_eq!(ask("workouts?cursor=AAAA").await.problem(), (400, "invalid_cursor".to_owned()));
}

/// Counts how often it is read.
#[derive(Debug)]
struct Counted(Arc<dyn StatsReader>, Arc<AtomicUsize>);

#[async_trait]
impl StatsReader for Counted {
    async fn totals(&self, user: UserId) -> Result<Totals, StoreError> {
        self.0.totals(user).await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.0.ping().await
    }

    async fn lifetime(&self, user: UserId) -> Result<Answer<Lifetime>, StoreError> {
        self.1.fetch_add(1, Ordering::SeqCst);
        self.0.lifetime(user).await
    }
}

#[tokio::test]
async fn many_who_wait_for_a_position_read_as_often_as_one() {
    let user = UserId::generate();
    let reads = Arc::new(AtomicUsize::new(0));
    let counted = Counted(store(user, 1).await.reader(), Arc::clone(&reads));
    let api = Api::new(Arc::new(counted)).rate_limit(None).wait_at_most(Duration::from_millis(400));
    let served = Arc::new(Served::new(api.router()).await);
    let path = format!("/v1/users/{user}/totals?min_position=2");
    let mut alone = 0;
    for waiters in [1, 40] {
        reads.store(0, Ordering::SeqCst);
        let mut waiting = JoinSet::new();
        for _ in 0..waiters {
            let (served, path) = (Arc::clone(&served), path.clone());
            waiting.spawn(async move { served.get(&path).await });
        }
        for reply in waiting.join_all().await {
            assert_eq!(reply.problem(), (409, "stale".to_owned()));
        }
        let reads = reads.load(Ordering::SeqCst);
        if waiters == 1 {
            alone = reads;
        } else {
            // Each of them is given what was read after it came, so some of the first reads are their own.
            assert!(reads < waiters + 3 * alone, "{reads} reads for {waiters}, and {alone} for one");
        }
    }
}
