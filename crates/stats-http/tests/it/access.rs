//! Who is let in, and whom they see.

use std::net::SocketAddr;

use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Extension};
use axum::http::Request;
use axum::http::request::Parts;
use axum::routing::get;
use stats_http::{Api, Authenticator, Grants, Identity, Loopback, Refused, loopback_only};
use stats_store::StatsStore;
use tower::ServiceExt;
use workout_events::UserId;

use crate::support::{Served, store};

/// Believes what the header `x-user` says.
#[derive(Debug)]
pub(crate) struct Header;

#[async_trait]
impl Authenticator for Header {
    async fn authenticate(&self, request: &Parts) -> Result<Identity, Refused> {
        let said = request.headers.get("x-user").ok_or(Refused::Unauthenticated)?;
        match said.to_str().unwrap() {
            "admin" => Ok(Identity::admin()),
            user => user.parse().map(Identity::user).map_err(|_| Refused::InvalidToken),
        }
    }
}

/// One coach.
#[derive(Debug)]
pub(crate) struct Coach(pub(crate) UserId, pub(crate) UserId);

#[async_trait]
impl Grants for Coach {
    async fn may_see(&self, viewer: UserId, user: UserId) -> Result<bool, Refused> {
        Ok((viewer, user) == (self.0, self.1))
    }
}

#[tokio::test]
async fn a_person_sees_their_own_and_a_coach_what_was_granted() {
    let [ada, bea, coach] = [(); 3].map(|()| UserId::generate());
    let api = Api::new(store(ada, 3).await.reader()).authenticator(Header).grants(Coach(coach, ada));
    let served = Served::new(api.router()).await;
    let ask = async |viewer: String, user: UserId| {
        let headers = format!("X-User: {viewer}\r\n");
        served.send("GET", &format!("/v1/users/{user}/totals"), &headers, b"").await
    };
    for viewer in [ada.to_string(), coach.to_string(), "admin".to_owned()] {
        assert_eq!(ask(viewer.clone(), ada).await.json()["data"]["workouts"], 3, "{viewer}");
    }
    // Whether somebody is known is nobody else's business.
    for (viewer, user) in [(bea, ada), (ada, coach), (coach, bea), (ada, UserId::generate())] {
        assert_eq!(ask(viewer.to_string(), user).await.problem(), (404, "not_found".to_owned()));
    }
    let nobody = served.get(&format!("/v1/users/{ada}/totals")).await;
    assert_eq!(nobody.problem(), (401, "unauthenticated".to_owned()));
    assert_eq!(nobody.header("www-authenticate"), Some("Bearer"));
    assert_eq!(ask("somebody".to_owned(), ada).await.problem(), (401, "invalid_token".to_owned()));
    assert_eq!(served.get("/healthz").await.status, 200);
}

#[tokio::test]
async fn routes_of_the_host_are_behind_the_same_door() {
    let [ada, bea] = [(); 2].map(|()| UserId::generate());
    let routes = Router::new()
        .route("/pages/{user_id}", get(async || "a page"))
        .route("/pages", get(async |Extension(viewer): Extension<Identity>| viewer.user_id().unwrap().to_string()));
    let api = Api::new(StatsStore::memory().reader()).authenticator(Header).guarded(routes);
    let served = Served::new(api.router()).await;
    let ask = async |path: String| served.send("GET", &path, &format!("X-User: {ada}\r\n"), b"").await;
    assert_eq!(ask(format!("/pages/{ada}")).await.text(), "a page");
    assert_eq!(ask(format!("/pages/{bea}")).await.problem(), (404, "not_found".to_owned()));
    assert_eq!(ask("/pages/42".to_owned()).await.problem(), (400, "invalid_user_id".to_owned()));
    assert_eq!(ask("/pages".to_owned()).await.text(), ada.to_string());
    assert_eq!(served.get(&format!("/pages/{ada}")).await.problem(), (401, "unauthenticated".to_owned()));
}

#[tokio::test]
async fn a_service_that_was_told_nothing_answers_this_machine_alone() {
    let user = UserId::generate();
    let served = Served::new(Api::new(store(user, 1).await.reader()).router()).await;
    let path = format!("/users/{user}/statistics");
    let check = async |headers: &str, want: Result<(), &str>| {
        let reply = served.send("GET", &path, headers, b"").await;
        match want {
            Ok(()) => assert_eq!(reply.status, 200, "{headers}: {reply:?}"),
            Err(code) => assert_eq!(reply.problem(), (403, code.to_owned()), "{headers}"),
        }
    };
    check("", Ok(())).await;
    check("Host: localhost:8080\r\n", Ok(())).await;
    check("Host: [::1]:8080\r\nOrigin: http://[::1]:8080\r\n", Ok(())).await;
    check("X-Forwarded-For: 127.0.0.1\r\n", Err("not_local")).await;
    check("Forwarded: for=127.0.0.1\r\n", Err("not_local")).await;
    // A name that somebody has pointed at 127.0.0.1, and a page of another origin.
    check("Host: evil.example\r\n", Err("foreign_origin")).await;
    check("Host: 127.0.0.1.evil.example\r\n", Err("foreign_origin")).await;
    check("Host: localhost\r\nOrigin: http://evil.example\r\n", Err("foreign_origin")).await;
    check("Host: localhost\r\nOrigin: null\r\n", Err("foreign_origin")).await;
    check("Host: localhost:8080\r\nOrigin: http://localhost:3000\r\n", Err("foreign_origin")).await;
}

#[tokio::test]
async fn a_connection_of_unknown_origin_is_not_local() {
    let router = stats_http::router(StatsStore::memory().reader());
    let path = format!("/users/{}/statistics", UserId::generate());
    let request = Request::get(path).header("host", "localhost").body(Body::empty()).unwrap();
    assert_eq!(router.oneshot(request).await.unwrap().status(), 403);
}

#[tokio::test]
async fn whoever_comes_through_a_proxy_is_not_this_machine() {
    let ada = UserId::generate();
    let served = Served::new(Api::new(store(ada, 1).await.reader()).router()).await;
    let ask = async |headers: &str| served.send("GET", &format!("/v1/users/{ada}/totals"), headers, b"").await.status;
    assert_eq!(ask("").await, 200);
    for header in ["Via: 1.1 nginx", "X-Forwarded-Proto: https", "X-Real-IP: 192.0.2.1", "CF-Connecting-IP: 192.0.2.1"]
    {
        assert_eq!(ask(&format!("{header}\r\n")).await, 403, "{header}");
    }
}

#[tokio::test]
async fn a_published_port_is_asked_from_another_address_and_lets_in_no_stranger() {
    let ada = UserId::generate();
    let store = store(ada, 1).await;
    let ask = async |door: Loopback, host: &str, header: (&'static str, &'static str)| {
        let request = Request::get(format!("/v1/users/{ada}/totals")).header("host", host).header(header.0, header.1);
        let mut request = request.body(Body::empty()).unwrap();
        let bridge = SocketAddr::from(([172, 17, 0, 1], 40_000));
        request.extensions_mut().insert(ConnectInfo(bridge));
        let router = Api::new(store.reader()).authenticator(door).router();
        router.oneshot(request).await.unwrap().status().as_u16()
    };
    let (nothing, published) = (("accept", "*/*"), loopback_only().published_port());
    assert_eq!(ask(published, "localhost:8080", nothing).await, 200);
    assert_eq!(ask(loopback_only(), "localhost:8080", nothing).await, 403);
    assert_eq!(ask(published, "stats:8080", nothing).await, 403);
    assert_eq!(ask(published, "localhost:8080", ("origin", "http://evil.example")).await, 403);
    assert_eq!(ask(published, "localhost:8080", ("x-forwarded-for", "192.0.2.1")).await, 403);
}
