//! Requests by HTTP, and what is shown of them.

use serde_json::{Value, json};
use support::http;
use workout_events::uuid::Uuid;
use workout_events::{NAMESPACE, UserId};

use super::site::{Site, text};

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_shown_with_its_workout_whose_exercises_keep_their_order() {
    let site = Site::new().await;
    let coach = site.coach().start().await;
    let user = UserId::generate();
    let wanted = json!({ "seed": 7, "constraints": { "max_duration_s": 900, "equipment": ["kettlebell"] } });
    let asked = coach.post(&format!("/users/{user}/wods"), &wanted).await.unwrap();
    let id = text(&asked.json(), "request_id");
    assert_eq!(asked.status, 202);
    let request = site.request(&coach, &id, "generated").await;
    assert_eq!((&request["seed"], &request["constraints"]), (&json!(7), &wanted["constraints"]));
    let wod = &request["wod"];
    let shown = coach.get(&format!("/wods/{}", text(wod, "wod_id"))).await.unwrap();
    assert_eq!((shown.status, &shown.json()), (200, wod));
    let told = site.told("wod.generated").await;
    assert_eq!(told[0]["data"]["movements"], wod["movements"]);
    assert_eq!(told[0]["causationid"], site.told("wod.requested").await[0]["id"]);
    for name in ["wod_id", "request_id", "user_id", "scheme"] {
        assert_eq!(told[0]["data"][name], wod[name], "{name}");
    }

    // The same seed and constraints, the same workout, for whomever.
    let other = coach.post(&format!("/users/{}/wods", UserId::generate()), &wanted).await.unwrap();
    let other = site.request(&coach, &text(&other.json(), "request_id"), "generated").await;
    assert_eq!(other["wod"]["movements"], wod["movements"]);
    assert_ne!(other["wod"]["wod_id"], wod["wod_id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_day_or_key_is_the_same_request() {
    let site = Site::new().await;
    let coach = site.coach().start().await;
    let user = UserId::generate();
    let path = format!("/users/{user}/wods");
    let day = json!({ "day": "2026-11-21" });
    let first = coach.post(&path, &day).await.unwrap();
    assert_eq!(first, coach.post(&path, &day).await.unwrap());
    // As any language computes it.
    let name = format!("wod-request:3:day:{user}:2026-11-21");
    assert_eq!(text(&first.json(), "request_id"), Uuid::new_v5(&NAMESPACE, name.as_bytes()).to_string());
    let reused = coach.post(&path, &json!({ "day": "2026-11-21", "seed": 1 })).await.unwrap();
    assert_eq!((reused.status, &reused.json()["code"]), (422, &json!("request_reused")));

    let keyed = async |key: &str, body: &Value| {
        let request = ureq::http::Request::post(format!("{}{path}", coach.url()));
        let request = request.header("content-type", "application/json").header("idempotency-key", key);
        http::send(request.body(body.to_string()).unwrap()).await.unwrap()
    };
    let first = keyed("a", &json!({})).await;
    assert_eq!((first.status, &first), (202, &keyed("a", &json!({})).await));
    assert_ne!(first, keyed("b", &json!({})).await);
    assert_eq!(keyed("a", &json!({ "seed": 1 })).await.status, 422);
    assert_eq!(keyed("a", &day).await.status, 400);
    assert_eq!(keyed("a b", &json!({})).await.status, 400);
    assert_eq!(site.count("SELECT count(*) FROM coach.requests").await, 3);
    assert_eq!(site.told("wod.requested").await.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn workouts_of_a_user_come_in_pages_newest_first() {
    let site = Site::new().await;
    let coach = site.coach().start().await;
    let (path, other) = (format!("/users/{}/wods", UserId::generate()), format!("/users/{}/wods", UserId::generate()));
    let mut made = Vec::new();
    for (n, path) in (1..=7).map(|n| (n, &path)).chain([(8, &other)]) {
        let asked = coach.post(path, &json!({ "seed": n })).await.unwrap();
        let request = site.request(&coach, &text(&asked.json(), "request_id"), "generated").await;
        made.push(text(&request["wod"], "wod_id"));
    }
    let others = made.pop().unwrap();
    made.reverse();
    let (mut seen, mut before) = (Vec::new(), String::new());
    loop {
        let page = coach.get(&format!("{path}?limit=3{before}")).await.unwrap().json();
        let page: Vec<_> = page["wods"].as_array().unwrap().iter().map(|wod| text(wod, "wod_id")).collect();
        let Some(last) = page.last() else { break };
        before = format!("&before={last}");
        seen.extend(page);
    }
    assert_eq!(seen, made);
    let foreign = coach.get(&format!("{path}?before={others}")).await.unwrap();
    assert_eq!((foreign.status, &foreign.json()["code"]), (400, &json!("invalid_before")));
}
