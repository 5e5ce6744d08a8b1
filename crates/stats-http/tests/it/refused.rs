//! What is refused, with which code: the bad input of requests, a row each.

use std::sync::Arc;

use axum::http::StatusCode;
use serde_json::Value;
use stats_http::Api;
use stats_store::{StatsReader, StatsStore, StoreError, Totals};
use workout_events::UserId;

use crate::support::{Served, store};

async fn served(user: UserId) -> Served {
    Served::new(Api::new(store(user, 3).await.reader()).router()).await
}

async fn check(path: &str, code: &str) {
    let user = UserId::generate();
    let reply = served(user).await.get(&format!("/v1/users/{user}/{path}")).await;
    assert_eq!(reply.problem(), (400, code.to_owned()), "{path}: {}", reply.text());
}

#[tokio::test]
async fn an_id_that_is_none_is_refused() {
    for id in ["42", "%ff", "00000000-0000-0000-0000-000000000000", "", "{user_id}", "%00", "..%2f..%2fetc"] {
        let served = served(UserId::generate()).await;
        for path in [format!("/users/{id}/statistics"), format!("/v1/users/{id}/totals")] {
            assert_eq!(served.get(&path).await.problem(), (400, "invalid_user_id".to_owned()), "{path}");
        }
    }
}

#[tokio::test]
async fn a_page_of_no_or_of_countless_workouts_is_refused() {
    for limit in ["0", "-1", "1000000000", "501", "1e2", "", "99999999999999999999"] {
        check(&format!("workouts?limit={limit}"), "invalid_parameter").await;
    }
}

#[tokio::test]
async fn a_cursor_that_was_tampered_with_is_refused() {
    let user = UserId::generate();
    let served = served(user).await;
    let first = served.get(&format!("/v1/users/{user}/workouts?limit=1")).await.json();
    let cursor = first["data"]["next_cursor"].as_str().unwrap().to_owned();
    let flipped: String = cursor.chars().rev().collect();
    for (filters, cursor) in [("", flipped.as_str()), ("", "AAAA"), ("", "%00"), ("activity=running&", &cursor)] {
        let reply = served.get(&format!("/v1/users/{user}/workouts?{filters}cursor={cursor}")).await;
        assert_eq!(reply.problem(), (400, "invalid_cursor".to_owned()), "{cursor}");
    }
    let second = served.get(&format!("/v1/users/{user}/workouts?limit=1&cursor={cursor}")).await;
    assert_eq!(second.status, 200);
}

#[tokio::test]
async fn a_range_that_ends_before_it_begins_is_refused() {
    for question in ["totals?", "activities?", "series?period=day&", "calendar?", "compare?", "workouts?", "explain?"] {
        check(&format!("{question}from=2026-03-02&to=2026-03-01"), "invalid_range").await;
    }
}

#[tokio::test]
async fn a_range_of_ten_years_day_by_day_is_refused() {
    for question in ["series?period=day&", "calendar?", "explain?", "exercises/squat/trend?period=day&"] {
        check(&format!("{question}from=2016-03-01&to=2026-03-01"), "range_too_long").await;
    }
}

#[tokio::test]
async fn a_date_that_is_none_is_refused() {
    for date in [
        "2026-02-30",
        "2026-3-1",
        "yesterday",
        "0000-01-01",
        "-001-01-01",
        "20260301",
        "2026-03-01T00:00:00Z",
        "%F0%9F%8F%8B",
    ] {
        check(&format!("totals?from={date}"), "invalid_parameter").await;
    }
}

#[tokio::test]
async fn a_parameter_that_there_is_not_is_refused() {
    check("totals?form=2026-03-01", "unknown_parameter").await;
    check("workouts?sort=day;DROP+TABLE+ledger", "unknown_parameter").await;
    check("series?period=day&time_zone=Mars/Olympus", "unknown_parameter").await;
    check("totals?from=2026-03-01&from=2026-03-02", "repeated_parameter").await;
    check("series", "missing_parameter").await;
    check("compare?from=2026-03-01&to=2026-03-02&with_to=2026-03-01", "missing_parameter").await;
    check("series?period=fortnight", "invalid_parameter").await;
    check("totals?activity='OR+1=1--", "invalid_parameter").await;
    check("totals?min_position=-1", "invalid_parameter").await;
    check("exercises/Back%20Squat/records", "invalid_parameter").await;
    check("exercises/%ff/records", "invalid_parameter").await;
}

#[tokio::test]
async fn a_problem_names_the_parameter_and_never_what_the_client_made_up() {
    let user = UserId::generate();
    let served = served(user).await;
    let named: Value = served.get(&format!("/v1/users/{user}/totals?to=%3Cscript%3E")).await.json();
    assert_eq!(named["parameter"], "to");
    assert_eq!(named["type"], "urn:workout:problem:invalid_parameter");
    let unnamed = served.get(&format!("/v1/users/{user}/totals?%3Cscript%3E=1")).await;
    assert!(!unnamed.text().contains("script"), "{}", unnamed.text());
}

#[tokio::test]
async fn a_method_that_a_path_does_not_have_is_refused_with_those_that_it_has() {
    let user = UserId::generate();
    let served = served(user).await;
    for (method, path) in [
        ("TRACE", "/healthz".to_owned()),
        ("DELETE", format!("/users/{user}/statistics")),
        ("POST", format!("/v1/users/{user}/totals")),
    ] {
        let reply = served.send(method, &path, "", b"").await;
        assert_eq!(reply.problem(), (405, "method_not_allowed".to_owned()), "{path}");
        assert_eq!(reply.header("allow"), Some("GET,HEAD"), "{path}");
    }
    let head = served.send("HEAD", &format!("/v1/users/{user}/totals"), "", b"").await;
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert!(head.header("etag").is_some());
}

/// A store that fails.
#[derive(Debug)]
struct Broken;

#[async_trait::async_trait]
impl StatsReader for Broken {
    async fn totals(&self, _: UserId) -> Result<Totals, StoreError> {
        Err(StoreError::other("secret reason"))
    }

    async fn lifetime(&self, _: UserId) -> Result<stats_store::Answer<stats_store::Lifetime>, StoreError> {
        Err(StoreError::other("secret reason"))
    }

    async fn ping(&self) -> Result<(), StoreError> {
        Err(StoreError::other("secret reason"))
    }
}

#[tokio::test]
async fn a_store_that_fails_is_said_without_the_reason() {
    let served = Served::new(Api::new(Arc::new(Broken)).router()).await;
    let reply = served.get(&format!("/users/{}/statistics", UserId::generate())).await;
    assert_eq!(reply.problem(), (503, "store_unavailable".to_owned()));
    assert!(!reply.text().contains("secret"), "{}", reply.text());
    assert_eq!(reply.header("retry-after"), Some("1"));
    let reply = served.get("/readyz").await;
    assert_eq!(reply.problem(), (503, "not_ready".to_owned()));
    assert_eq!(reply.json()["parts"], serde_json::json!(["store"]));
    assert_eq!(served.get("/healthz").await.status, 200);
}

#[tokio::test]
async fn a_host_keeps_its_own_fallback() {
    let router = stats_http::router(StatsStore::memory().reader());
    let app = axum::Router::new().fallback(async || StatusCode::IM_A_TEAPOT).merge(router);
    assert_eq!(Served::new(app).await.get("/elsewhere").await.status, 418);
}
