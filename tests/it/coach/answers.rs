//! What is answered to requests that are no good, and to those who watch.

use std::env::{self, consts::EXE_SUFFIX};
use std::process::Command;

use serde_json::{Value, json};
use support::http;
use support::service::{self, Running};
use support::wait;
use ureq::http::Request;
use workout_broker::topology::HISTORY;
use workout_events::{UserId, WodId, WodRequestId};

use super::site::{LIMIT, Site};

async fn send(coach: &Running, method: &str, path: &str, content_type: &str, body: &str) -> http::Answer {
    let request = Request::builder().method(method).uri(format!("{}{path}", coach.url()));
    let request = if content_type.is_empty() { request } else { request.header("content-type", content_type) };
    http::send(request.body(body.to_owned()).unwrap()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_said_with_a_code_and_changes_nothing() {
    let site = Site::new().await;
    let coach = site.coach().start().await;
    let (json, user) = ("application/json", UserId::generate());
    let (wods, perform) = (format!("/users/{user}/wods"), format!("/workout/{user}/perform"));
    let large = format!("{{\"seed\": {}}}", " ".repeat(40_000));
    let many = json!({ "constraints": { "equipment": vec!["barbell"; 51] } }).to_string();
    let cases: [(&str, &str, &str, &str, u16, &str); 31] = [
        ("POST", &wods, json, "", 400, "invalid_json"),
        ("POST", &wods, json, "[]", 400, "invalid_json"),
        ("POST", &wods, json, "{", 400, "invalid_json"),
        ("POST", &wods, "text/plain", "{}", 415, "unsupported_media_type"),
        ("POST", &wods, "", "{}", 415, "unsupported_media_type"),
        ("POST", &wods, json, &large, 413, "invalid_body"),
        ("POST", &wods, json, r#"{"sed": 1}"#, 422, "invalid_request"),
        ("POST", &wods, json, r#"{"seed": -1}"#, 422, "invalid_request"),
        ("POST", &wods, json, r#"{"seed": 1.5}"#, 422, "invalid_request"),
        ("POST", &wods, json, r#"{"seed": null}"#, 422, "invalid_request"),
        ("POST", &wods, json, r#"{"deadline": "tomorrow"}"#, 422, "invalid_request"),
        ("POST", &wods, json, r#"{"constraints": {"max_duration_s": 59}}"#, 422, "invalid_request"),
        ("POST", &wods, json, r#"{"constraints": {"equipment": ["Ä"]}}"#, 422, "invalid_request"),
        ("POST", &wods, json, &many, 422, "invalid_request"),
        ("POST", &wods, json, r#"{"constraints": {"difficulty": "brutal"}}"#, 422, "invalid_request"),
        ("POST", &wods, json, r#"{"request_id": "x"}"#, 400, "not_yours_to_say"),
        ("POST", &wods, json, r#"{"day": "2026-02-30"}"#, 400, "invalid_day"),
        ("POST", &wods, json, r#"{"day": 1}"#, 400, "invalid_day"),
        ("POST", "/users/1/wods", json, "{}", 400, "invalid_user_id"),
        ("GET", &format!("{wods}?limit=0"), "", "", 400, "invalid_limit"),
        ("GET", &format!("{wods}?limit=101"), "", "", 400, "invalid_limit"),
        ("GET", &format!("{wods}?before=1"), "", "", 400, "invalid_before"),
        ("GET", &format!("{wods}?after=1"), "", "", 400, "invalid_query"),
        ("GET", &format!("{wods}?limit=1&limit=2"), "", "", 400, "invalid_query"),
        ("GET", &format!("/wods/{}", WodId::generate()), "", "", 404, "not_found"),
        ("GET", &format!("/wods/requests/{}", WodRequestId::generate()), "", "", 404, "not_found"),
        ("GET", "/wods/1", "", "", 400, "invalid_id"),
        ("GET", "/nowhere", "", "", 404, "not_found"),
        ("POST", "/wods/requests", json, "{}", 400, "invalid_day"),
        ("POST", "/wods/requests?day=2026-11-21", "text/plain", "{}", 415, "unsupported_media_type"),
        ("POST", &perform, json, "{}", 422, "invalid_workout"),
    ];
    for (method, path, content_type, body, status, code) in cases {
        let answer = send(&coach, method, path, content_type, body).await;
        let what = format!("{method} {path} {}: {answer:?}", &body[..body.len().min(60)]);
        assert_eq!((answer.status, answer.content_type.as_str()), (status, "application/problem+json"), "{what}");
        assert_eq!(answer.json()["code"], code, "{what}");
    }
    assert_eq!(send(&coach, "DELETE", &wods, "", "").await.status, 405);
    assert_eq!(site.count("SELECT count(*) FROM coach.people").await, 0);
    assert_eq!(site.told("wod.requested").await, Vec::<Value>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_coach_says_whether_it_works_and_what_it_has_counted() {
    let site = Site::new().await;
    let coach = site.coach().setting("FAIL_PERCENT", "50").start().await;
    assert_eq!(coach.get("/healthz").await.unwrap().status, 200);
    wait::until("it is ready", LIMIT, || async { coach.get("/readyz").await.unwrap().status == 200 }).await;
    for seed in 0..20 {
        let path = format!("/users/{}/wods", UserId::generate());
        assert_eq!(coach.post(&path, &json!({ "seed": seed })).await.unwrap().status, 202);
    }
    wait::until("all are counted", LIMIT, || async {
        let metrics = coach.get("/metrics").await.unwrap().text;
        let has = |line: &str| metrics.lines().any(|it| it.starts_with(line));
        has("coach_wod_attempts_total{outcome=\"generated\"} ")
            && has("coach_wod_attempts_total{outcome=\"failed\"} ")
            && has("coach_wod_queue_messages 0")
            && has("workout_outbox_oldest_seconds")
    })
    .await;
    // It has made a history, so that nothing comes back of what nobody else wants to hear.
    assert!(site.broker.end_of(HISTORY).await.unwrap().is_some());
    // It waits for its database, and goes on when that is back.
    let ready = async |status| {
        wait::until("readiness follows", LIMIT, || async { coach.get("/readyz").await.unwrap().status == status })
            .await;
    };
    site.let_in(false).await;
    ready(503).await;
    site.let_in(true).await;
    ready(200).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_coach_that_can_tell_nothing_any_more_ends_instead_of_going_on_silently() {
    let site = Site::new().await;
    let coach = site.coach().start().await;
    sqlx::query("DROP TABLE workout_outbox.events").execute(&site.pool).await.unwrap();
    wait::until("it has ended", LIMIT, || async { coach.get("/healthz").await.is_err() }).await;
    wait::until("it says why", LIMIT, || async { coach.log().contains("workout_outbox.events") }).await;
}

#[test]
fn a_coach_that_has_no_servers_or_wrong_settings_says_which() {
    let ours = env::current_exe().unwrap();
    let folder = ours.ancestors().find(|folder| folder.file_name().is_some_and(|name| name == "deps")).unwrap();
    drop(service::example("coach_service"));
    let path = folder.with_file_name("examples").join(format!("coach_service{EXE_SUFFIX}"));
    for (settings, wanted) in [
        (&[][..], "amqp-url is not set"),
        (&[("FAIL_PERCENT", "101")], "fail-percent (FAIL_PERCENT) is not right: it is a number from 0 to 100"),
        (&[("RETRIES", "5s,1s")], "retries (RETRIES) is not right: each delay has to be longer than the one before it"),
    ] {
        let output = Command::new(&path).env_clear().envs(settings.iter().copied()).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(2) && said.contains(wanted), "{output:?}");
    }
}
