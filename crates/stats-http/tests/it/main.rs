//! The router, without a socket.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report; clippy sees helpers as ordinary functions")]

mod dashboard;

use std::sync::Arc;

use async_trait::async_trait;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use serde_json::{Value, json};
use stats_store::{StatsReader, StatsStore, StoreError, Totals};
use tower::ServiceExt;
use workout_events::UserId;

/// A store that always gives the same answer.
#[derive(Debug)]
struct Fixed(Option<Totals>);

#[async_trait]
impl StatsReader for Fixed {
    async fn totals(&self, _: UserId) -> Result<Totals, StoreError> {
        self.0.ok_or_else(|| StoreError::other("secret reason"))
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.0.map(|_| ()).ok_or_else(|| StoreError::other("secret reason"))
    }
}

async fn ask(reader: impl StatsReader + 'static, method: &str, path: &str) -> (StatusCode, String, Value) {
    let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
    let response = stats_http::router(Arc::new(reader)).oneshot(request).await.unwrap();
    let status = response.status();
    let content_type = response.headers()[header::CONTENT_TYPE].to_str().unwrap().to_owned();
    let body = to_bytes(response.into_body(), 64 * 1024).await.unwrap();
    (status, content_type, serde_json::from_slice(&body).unwrap())
}

fn path() -> String {
    format!("/users/{}/statistics", UserId::generate())
}

#[tokio::test]
async fn the_names_are_those_that_were_agreed() {
    let (status, _, body) = ask(Fixed(Some(Totals::new(4, 4 * 600 + 2, Some(1_000)))), "GET", &path()).await;
    let want = json!({
        "total_workouts": 4,
        "total_duration": 2_402,
        "total_calories_burned": 1_000,
        "average_session_duration": 600.5,
    });
    assert_eq!((status, body), (StatusCode::OK, want));
}

#[tokio::test]
async fn what_is_not_known_is_null() {
    let (status, _, body) = ask(Fixed(Some(Totals::default())), "GET", &path()).await;
    let want = json!({
        "total_workouts": 0,
        "total_duration": 0,
        "total_calories_burned": null,
        "average_session_duration": null,
    });
    assert_eq!((status, body), (StatusCode::OK, want));
}

#[tokio::test]
async fn an_upper_case_id_is_the_same_id() {
    let path = path().replace("/users/", "/USERS/").to_uppercase();
    let id = path.split('/').nth(2).unwrap();
    let (status, ..) = ask(Fixed(Some(Totals::default())), "GET", &format!("/users/{id}/statistics")).await;
    assert_eq!(status, StatusCode::OK);
}

#[tokio::test]
async fn a_malformed_request_gets_a_problem_with_a_code() {
    async fn check(method: &str, path: &str, want: StatusCode, code: &str) {
        let (status, content_type, body) = ask(Fixed(Some(Totals::default())), method, path).await;
        assert_eq!((status, content_type.as_str()), (want, "application/problem+json"), "{path}");
        assert_eq!((&body["status"], &body["code"]), (&json!(want.as_u16()), &json!(code)), "{path}");
    }
    check("GET", "/users/42/statistics", StatusCode::BAD_REQUEST, "invalid_user_id").await;
    check("GET", "/users/%ff/statistics", StatusCode::BAD_REQUEST, "invalid_user_id").await;
    let nil = "/users/00000000-0000-0000-0000-000000000000/statistics";
    check("GET", nil, StatusCode::BAD_REQUEST, "invalid_user_id").await;
    check("GET", "/users//statistics", StatusCode::BAD_REQUEST, "invalid_user_id").await;
    check("DELETE", &path(), StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed").await;
    check("TRACE", "/healthz", StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed").await;
}

#[tokio::test]
async fn a_store_that_fails_is_said_without_the_reason() {
    for path in [path().as_str(), "/healthz"] {
        let (status, _, body) = ask(Fixed(None), "GET", path).await;
        assert_eq!((status, &body["code"]), (StatusCode::SERVICE_UNAVAILABLE, &json!("store_unavailable")));
        assert!(!body.to_string().contains("secret"), "{body}");
    }
}

#[tokio::test]
async fn a_store_that_answers_is_healthy() {
    let request = Request::get("/healthz").body(Body::empty()).unwrap();
    let response = stats_http::router(StatsStore::memory().reader()).oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_host_keeps_its_own_fallback() {
    let router = stats_http::router(StatsStore::memory().reader());
    let app = axum::Router::new().fallback(async || StatusCode::IM_A_TEAPOT).merge(router);
    let request = Request::get("/elsewhere").body(Body::empty()).unwrap();
    assert_eq!(app.oneshot(request).await.unwrap().status(), StatusCode::IM_A_TEAPOT);
}
