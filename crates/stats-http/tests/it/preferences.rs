//! How people count and what others see, over the API.

use serde_json::json;
use stats_http::Api;
use stats_store::StatsStore;
use workout_events::UserId;

use crate::access::{Coach, Header};
use crate::support::{Served, store};

const JSON: &str = "Content-Type: application/json\r\n";

#[tokio::test]
async fn a_person_says_how_to_count_and_the_rest_stays() {
    let user = UserId::generate();
    let store = store(user, 1).await;
    let served = Served::new(Api::new(store.reader()).writer(store.writer()).router()).await;
    let path = format!("/v1/users/{user}/preferences");
    assert_eq!(served.get(&path).await.json()["data"]["units"], json!(null));
    let body = br#"{"units":"imperial","time_zone":"America/New_York","day_start_hour":4}"#;
    let said = served.send("PUT", &path, JSON, body).await;
    assert_eq!(said.status, 200, "{said:?}");
    let said = served.send("PUT", &path, JSON, br#"{"week_start":"sunday"}"#).await.json();
    let want = [
        ("units", json!("imperial")),
        ("time_zone", json!("America/New_York")),
        ("day_start_hour", json!(4)),
        ("week_start", json!("sunday")),
    ];
    for (name, value) in want {
        assert_eq!(said["data"][name], value, "{name}");
    }
    assert_eq!(served.get(&path).await.json(), said);
}

#[tokio::test]
async fn nobody_is_on_a_leaderboard_who_has_not_said_so() {
    let user = UserId::generate();
    let store = store(user, 2).await;
    let served = Served::new(Api::new(store.reader()).writer(store.writer()).router()).await;
    let path = format!("/v1/users/{user}/visibility");
    let board = async || served.get("/v1/leaderboard?span=ever&by=workouts").await.json()["data"].clone();
    assert_eq!(board().await, json!([]));
    let body = br#"{"leaderboard":true,"display_name":"Ada"}"#;
    assert_eq!(served.send("PUT", &path, JSON, body).await.json()["data"], json!({ "leaderboard": true }));
    assert_eq!(board().await[0]["display_name"], "Ada");
    assert_eq!(served.send("PUT", &path, JSON, br#"{"leaderboard":false}"#).await.status, 200);
    assert_eq!(board().await, json!([]));
}

#[tokio::test]
async fn what_cannot_be_wished_is_refused() {
    let (store, user) = (StatsStore::memory(), UserId::generate());
    let served = Served::new(Api::new(store.reader()).writer(store.writer()).router()).await;
    for (what, body, code) in [
        ("preferences", "{}", "broken_contract"),
        ("preferences", r#"{"units":"stone"}"#, "broken_contract"),
        ("preferences", r#"{"day_start_hour":24}"#, "broken_contract"),
        ("preferences", r#"{"time_zone":"Mars/Olympus"}"#, "broken_contract"),
        ("preferences", r#"{"leaderboard":true}"#, "broken_contract"),
        ("preferences", r#"{"units":"metric","units":"imperial"}"#, "broken_contract"),
        ("visibility", r#"{"display_name":""}"#, "broken_contract"),
        ("visibility", r#"{"display_name":"a\u0000b"}"#, "broken_contract"),
        ("visibility", r#"{"leaderboard":"yes"}"#, "broken_contract"),
        ("visibility", "[", "invalid_body"),
    ] {
        let reply = served.send("PUT", &format!("/v1/users/{user}/{what}"), JSON, body.as_bytes()).await;
        assert!(matches!(reply.status, 400 | 422) && reply.problem().1 == code, "{body}: {reply:?}");
    }
}

#[tokio::test]
async fn whoever_may_see_does_not_wish() {
    let [ada, coach] = [(); 2].map(|()| UserId::generate());
    let store = store(ada, 1).await;
    let api = Api::new(store.reader()).writer(store.writer()).authenticator(Header).grants(Coach(coach, ada));
    let served = Served::new(api.router()).await;
    for what in ["preferences", "visibility"] {
        let path = format!("/v1/users/{ada}/{what}");
        let headers = format!("{JSON}X-User: {coach}\r\n");
        assert_eq!(served.send("GET", &path, &headers, b"").await.status, 200);
        let body = br#"{"leaderboard":true,"units":"metric"}"#;
        assert_eq!(served.send("PUT", &path, &headers, body).await.problem(), (403, "forbidden".to_owned()));
    }
}
