//! What can be changed, by whom, and how often.

use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};
use stats_http::{Api, StatsWriter};
use stats_store::{Effect, Fact, StatsStore, StoreError};
use std::sync::Arc;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::Notify;
use workout_events::types::goal::{GoalMetric, GoalPeriod, GoalSet};
use workout_events::{Event, GoalId, UserId};

use crate::access::{Coach, Header};
use crate::support::{Reply, Served, store};

const JSON: &str = "Content-Type: application/json\r\n";

fn goal() -> Value {
    json!({ "metric": "workouts", "target": 3, "period": "weekly", "title": "three a week" })
}

async fn served(store: &StatsStore) -> Served {
    Served::new(Api::new(store.reader()).writer(store.writer()).router()).await
}

async fn post(served: &Served, user: UserId, headers: &str, body: &str) -> Reply {
    served.send("POST", &format!("/v1/users/{user}/goals"), headers, body.as_bytes()).await
}

async fn goals(served: &Served, user: UserId) -> Vec<Value> {
    let reply = served.get(&format!("/v1/users/{user}/goals")).await;
    reply.json()["data"].as_array().unwrap_or_else(|| panic!("{reply:?}")).clone()
}

#[tokio::test]
async fn a_goal_is_set_changed_and_given_up() {
    let user = UserId::generate();
    let store = store(user, 1).await;
    let served = served(&store).await;
    let set = post(&served, user, JSON, &goal().to_string()).await;
    assert_eq!(set.status, 200, "{set:?}");
    let id = set.json()["data"]["goal_id"].as_str().unwrap().to_owned();
    assert_eq!(set.json()["as_of"]["version"], 2);
    let found = goals(&served, user).await;
    assert_eq!((&found[0]["goal_id"], &found[0]["target"], &found[0]["value"]), (&json!(id), &json!(3), &json!(0)));
    assert_eq!(found[0]["title"], "three a week");

    let path = format!("/v1/users/{user}/goals/{id}");
    let changed = served.send("PATCH", &path, JSON, br#"{ "target": 5 }"#).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    assert_eq!(goals(&served, user).await[0]["target"], 5);
    assert_eq!(served.send("DELETE", &path, "", b"").await.status, 200);
    assert_eq!(goals(&served, user).await[0]["status"], "cancelled");

    let other = format!("/v1/users/{}/goals/{id}", UserId::generate());
    assert_eq!(served.send("DELETE", &other, "", b"").await.problem(), (404, "not_found".to_owned()));
}

#[tokio::test]
async fn a_body_that_is_no_goal_is_refused_with_every_reason() {
    let user = UserId::generate();
    let served = served(&StatsStore::memory()).await;
    let check = async |headers: &str, body: &str, want: (u16, &str)| {
        let reply = post(&served, user, headers, body).await;
        assert_eq!(reply.problem(), (want.0, want.1.to_owned()), "{body}");
        reply.json()["violations"].clone()
    };
    for body in ["{", "[]", "null", "{} {}", "{'a': 1}", "\u{feff}{}", "{\"target\": 1e400}", "x"] {
        assert!(post(&served, user, JSON, body).await.status < 500, "{body}");
    }
    check(JSON, "{", (400, "invalid_body")).await;
    check(JSON, "[]", (400, "invalid_body")).await;
    check("Content-Type: text/plain\r\n", "{}", (415, "unsupported_media_type")).await;
    let violations = check(JSON, "{}", (422, "broken_contract")).await;
    assert_eq!(violations.as_array().unwrap().len(), 3, "{violations}");
    // Whose goal it is stands in the path, and fields that nobody knows are mistakes.
    let mut unknown = goal();
    unknown["user_id"] = json!(UserId::generate());
    check(JSON, &unknown.to_string(), (422, "broken_contract")).await;
    let mut unknown = goal();
    unknown["tarjet"] = json!(1);
    let violations = check(JSON, &unknown.to_string(), (422, "broken_contract")).await;
    assert_eq!(violations[0]["code"], "unknown_field");
    assert_eq!(goals(&served, user).await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_body_that_is_too_large_or_too_slow_is_refused() {
    let (store, user) = (StatsStore::memory(), UserId::generate());
    let api = Api::new(store.reader()).writer(store.writer()).body_within(Duration::from_millis(200));
    let served = Served::new(api.router()).await;
    let large = format!("{{\"title\": \"{}\"}}", "x".repeat(100_000));
    assert_eq!(post(&served, user, JSON, &large).await.problem(), (413, "body_too_large".to_owned()));
    // Without a length it is found out on the way.
    let head = format!("POST /v1/users/{user}/goals HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{JSON}");
    let chunk = format!("10000\r\n{}\r\n", "x".repeat(0x10000));
    let chunked = format!("{head}Transfer-Encoding: chunked\r\n\r\n{chunk}{chunk}0\r\n\r\n");
    assert_eq!(served.raw(chunked.as_bytes()).await.problem(), (413, "body_too_large".to_owned()));

    let mut stream = TcpStream::connect(served.address).await.unwrap();
    stream.write_all(format!("{head}Content-Length: 100\r\n\r\n{{").as_bytes()).await.unwrap();
    assert_eq!(Reply::read(&mut stream).await.problem(), (408, "body_too_slow".to_owned()));
}

#[tokio::test]
async fn the_same_request_with_the_same_key_is_done_once() {
    let user = UserId::generate();
    let store = store(user, 1).await;
    // Two processes over one store.
    let (one, other) = (served(&store).await, served(&store).await);
    let headers = format!("{JSON}Idempotency-Key: a-1\r\n");
    let body = goal().to_string();
    let first = post(&one, user, &headers, &body).await;
    assert_eq!(first.status, 200);
    assert_eq!(post(&one, user, &headers, &body).await.body, first.body);
    assert_eq!(post(&other, user, &headers, &body).await.json()["data"], first.json()["data"]);
    assert_eq!(goals(&one, user).await.len(), 1);

    let mut another = goal();
    another["target"] = json!(4);
    for served in [&one, &other] {
        let reply = post(served, user, &headers, &another.to_string()).await;
        assert_eq!(reply.problem(), (422, "idempotency_key_reused".to_owned()));
    }
    let headers = format!("{JSON}Idempotency-Key: a-2\r\n");
    assert_eq!(post(&one, user, &headers, &body).await.status, 200);
    assert_eq!(goals(&one, user).await.len(), 2);
}

#[tokio::test]
async fn a_key_that_is_none_is_refused() {
    let served = served(&StatsStore::memory()).await;
    for key in ["", "with space", "x".repeat(256).as_str()] {
        let headers = format!("{JSON}Idempotency-Key: {key}\r\n");
        let reply = post(&served, UserId::generate(), &headers, &goal().to_string()).await;
        assert_eq!(reply.problem(), (400, "invalid_idempotency_key".to_owned()), "{key}");
    }
}

/// Writes when it is let go.
#[derive(Debug)]
struct Held(Arc<dyn StatsWriter>, Arc<Notify>, Arc<Notify>);

#[async_trait]
impl StatsWriter for Held {
    async fn write(&self, facts: &[Fact]) -> Result<Vec<Effect>, StoreError> {
        self.1.notify_one();
        self.2.notified().await;
        self.0.write(facts).await
    }
}

#[tokio::test]
async fn the_same_request_while_it_is_under_way_is_told_so() {
    let (store, user) = (StatsStore::memory(), UserId::generate());
    let (begun, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let held = Held(store.writer(), Arc::clone(&begun), Arc::clone(&go));
    let served = Served::new(Api::new(store.reader()).writer(Arc::new(held)).router()).await;
    let headers = format!("{JSON}Idempotency-Key: a-1\r\n");
    let body = goal().to_string();
    let (first, second) = tokio::join!(post(&served, user, &headers, &body), async {
        begun.notified().await;
        let second = post(&served, user, &headers, &body).await;
        go.notify_one();
        second
    });
    assert_eq!((first.status, second.problem()), (200, (409, "idempotency_key_in_use".to_owned())));
}

#[tokio::test]
async fn a_person_is_forgotten() {
    let user = UserId::generate();
    let store = store(user, 3).await;
    let served = served(&store).await;
    let erased = served.send("DELETE", &format!("/v1/users/{user}"), "", b"").await;
    assert_eq!(erased.status, 200, "{erased:?}");
    assert_eq!(served.get(&format!("/users/{user}/statistics")).await.json()["total_workouts"], 0);
    assert_eq!(post(&served, user, JSON, &goal().to_string()).await.problem(), (404, "not_found".to_owned()));
}

#[tokio::test]
async fn who_may_see_may_not_change() {
    let [ada, coach, bea] = [(); 3].map(|()| UserId::generate());
    let store = store(ada, 1).await;
    let api = Api::new(store.reader()).writer(store.writer()).authenticator(Header).grants(Coach(coach, ada));
    let served = Served::new(api.router()).await;
    let erase = async |viewer: String| {
        served.send("DELETE", &format!("/v1/users/{ada}"), &format!("X-User: {viewer}\r\n"), b"").await
    };
    assert_eq!(erase(coach.to_string()).await.problem(), (403, "forbidden".to_owned()));
    assert_eq!(erase(bea.to_string()).await.problem(), (404, "not_found".to_owned()));
    assert_eq!(erase("admin".to_owned()).await.status, 200);
}

#[tokio::test]
async fn without_a_store_to_write_to_nothing_can_be_changed() {
    let user = UserId::generate();
    let served = Served::new(stats_http::router(StatsStore::memory().reader())).await;
    let reply = post(&served, user, JSON, &goal().to_string()).await;
    assert_eq!(reply.problem(), (405, "method_not_allowed".to_owned()));
}

#[tokio::test]
async fn a_person_has_as_many_goals_as_there_may_be_and_no_more() {
    let (store, user) = (StatsStore::memory(), UserId::generate());
    let facts: Vec<_> = (0..499)
        .map(|_| {
            let set = GoalSet::new(GoalId::generate(), user, GoalMetric::Workouts, 3, GoalPeriod::Weekly);
            Fact::from(&Event::new("/coach", set).unwrap())
        })
        .collect();
    let _ = store.writer().write(&facts).await.unwrap();
    let served = served(&store).await;
    let (headers, body) = (format!("{JSON}Idempotency-Key: last\r\n"), goal().to_string());
    assert_eq!(post(&served, user, &headers, &body).await.status, 200);
    assert_eq!(post(&served, user, JSON, &body).await.problem(), (409, "too_many_goals".to_owned()));
    // The last one again, to a process that has not heard of it.
    let other = self::served(&store).await;
    assert_eq!(post(&other, user, &headers, &body).await.status, 200);
    // What is said elsewhere has happened.
    let set = GoalSet::new(GoalId::generate(), user, GoalMetric::Workouts, 3, GoalPeriod::Weekly);
    assert_eq!(
        store.writer().write(&[Fact::from(&Event::new("/coach", set).unwrap())]).await.unwrap(),
        [Effect::Applied]
    );
}

#[tokio::test]
async fn a_key_that_is_reused_fills_no_quarantine() {
    let user = UserId::generate();
    let store = store(user, 1).await;
    let headers = format!("{JSON}Idempotency-Key: a-1\r\n");
    for target in 1..10 {
        // Each to a process that has not heard of the key.
        let served = served(&store).await;
        let mut goal = goal();
        goal["target"] = json!(target);
        let reply = post(&served, user, &headers, &goal.to_string()).await;
        assert_eq!(reply.status, if target == 1 { 200 } else { 422 }, "{reply:?}");
    }
    assert_eq!(store.quarantined().await.unwrap(), 0);
}
