//! Browsers that sign in: the cookie, and the bad input of it, a row each.

use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use axum::http::request::Parts;
use stats_http::{Api, Authenticator, Dashboard, Identity, Refused};
use stats_store::StatsStore;
use workout_events::UserId;

use crate::support::{Reply, Served, store};

const OURS: &str = "Sec-Fetch-Site: same-origin\r\n";
const FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\n";
const HTML: &str = "Accept: text/html\r\n";

/// Knows one token, for an hour.
#[derive(Debug)]
struct Door(UserId);

#[async_trait]
impl Authenticator for Door {
    async fn authenticate(&self, request: &Parts) -> Result<Identity, Refused> {
        match request.headers.get("authorization").map(|said| said.to_str().unwrap()) {
            Some("Bearer good.token") => Ok(Identity::user(self.0).until(SystemTime::now() + Duration::from_hours(1))),
            Some("Bearer old.token") => Err(Refused::ExpiredToken),
            Some(_) => Err(Refused::InvalidToken),
            None => Err(Refused::Unauthenticated),
        }
    }
}

struct Site {
    served: Served,
    store: StatsStore,
    user: UserId,
}

impl Site {
    async fn open() -> Self {
        let user = UserId::generate();
        let store = store(user, 3).await;
        let pages = Dashboard::new(store.reader()).writer(store.writer()).routes();
        let api = Api::new(store.reader()).writer(store.writer()).authenticator(Door(user)).browser_sessions();
        Self { served: Served::new(api.guarded(pages).router()).await, store, user }
    }

    async fn sign_in(&self, headers: &str, body: &str) -> Reply {
        self.served.send("POST", "/session", &format!("{FORM}{headers}"), body.as_bytes()).await
    }

    /// What a browser sends back.
    async fn cookie(&self) -> String {
        let reply = self.sign_in(OURS, "token=good.token").await;
        let (cookie, _) = reply.header("set-cookie").unwrap().split_once(';').unwrap();
        format!("Cookie: {cookie}\r\n")
    }

    async fn set_goal(&self, headers: &str) -> Reply {
        let headers = format!("Content-Type: application/json\r\n{headers}");
        let body = br#"{"metric":"workouts","target":3,"period":"weekly"}"#;
        self.served.send("POST", &format!("/v1/users/{}/goals", self.user), &headers, body).await
    }

    async fn goals(&self) -> usize {
        self.store.reader().goals_set(self.user).await.unwrap().value.len()
    }
}

#[tokio::test]
async fn somebody_is_led_to_the_door_signs_in_looks_and_signs_out() {
    let site = Site::open().await;
    let page = format!("/dashboard/{}/goals", site.user);
    let outside = site.served.send("GET", &page, HTML, b"").await;
    assert_eq!(outside.status, 303);
    let door = outside.header("location").unwrap().to_owned();
    assert!(door.starts_with("/session?back=%2Fdashboard%2F"), "{door}");
    let shown = site.served.send("GET", &door, HTML, b"").await;
    assert!(shown.status == 200 && shown.text().contains("Sign in") && shown.text().contains(&page));
    assert!(shown.header("content-security-policy").unwrap().starts_with("default-src 'none'"));

    let inside = site.sign_in(OURS, &format!("token=+good.token+&back={}", page.replace('/', "%2F"))).await;
    assert_eq!((inside.status, inside.header("location")), (303, Some(page.as_str())));
    let cookie = inside.header("set-cookie").unwrap();
    for part in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=3"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let cookie = site.cookie().await;
    let goals = site.served.send("GET", &page, &cookie, b"").await;
    assert!(goals.status == 200 && goals.text().contains("/session/end"), "{goals:?}");
    let statistics = site.served.send("GET", &format!("/v1/users/{}/totals", site.user), &cookie, b"").await;
    assert_eq!(statistics.status, 200);

    let out = site.served.send("POST", "/session/end", &format!("{cookie}{OURS}"), b"").await;
    assert_eq!((out.status, out.header("location")), (303, Some("/session")));
    assert!(out.header("set-cookie").unwrap().contains("stats_session=; Path=/; Max-Age=0"));
}

#[tokio::test]
async fn a_program_without_a_browser_is_told_as_before() {
    let site = Site::open().await;
    let page = format!("/dashboard/{}", site.user);
    assert_eq!(site.served.get(&page).await.problem(), (401, "unauthenticated".to_owned()));
    let bearer = "Authorization: Bearer good.token\r\n";
    assert_eq!(site.served.send("GET", &page, bearer, b"").await.status, 200);
    assert_eq!(site.set_goal(bearer).await.status, 200);
    // A host that signs people in itself hands the token on.
    let handed = site.served.send("POST", "/session", bearer, b"").await;
    assert_eq!(handed.status, 204);
    assert!(handed.header("set-cookie").unwrap().starts_with("stats_session=good.token;"));
}

#[tokio::test]
async fn with_a_cookie_nothing_is_changed_unless_a_page_of_ours_asks() {
    let site = Site::open().await;
    let cookie = site.cookie().await;
    let origin = format!("Origin: http://{}\r\n", site.served.address);
    for (headers, want) in [
        ("", 403),
        ("Sec-Fetch-Site: cross-site\r\n", 403),
        ("Sec-Fetch-Site: same-site\r\n", 403),
        ("Origin: https://evil.example\r\n", 403),
        ("Origin: null\r\n", 403),
        (origin.as_str(), 200),
        (OURS, 200),
    ] {
        let before = site.goals().await;
        let reply = site.set_goal(&format!("{cookie}{headers}")).await;
        assert_eq!(reply.status, want, "{headers}: {reply:?}");
        assert_eq!(site.goals().await - before, usize::from(want == 200), "{headers}");
        let form = format!("{cookie}{FORM}{headers}");
        let path = format!("/dashboard/{}/goals", site.user);
        let body = b"target=4&metric=workouts&period=weekly&nonce=x";
        let reply = site.served.send("POST", &path, &form, body).await;
        assert_eq!(reply.status, if want == 200 { 303 } else { 403 }, "{headers}: {reply:?}");
    }
}

#[tokio::test]
async fn nobody_signs_in_with_what_is_no_token() {
    let site = Site::open().await;
    for (body, status) in [
        ("", 401),
        ("token=", 401),
        ("token=bad.token", 401),
        ("token=old.token", 401),
        ("token=a%0d%0aSet-Cookie:%20x=1", 401),
        ("token=%00", 401),
        ("token=%ff", 400),
        ("token=good.token%3b%20Domain=evil.example", 401),
        ("{\"token\":\"good.token\"}", 401),
    ] {
        let reply = site.sign_in(OURS, body).await;
        assert_eq!(reply.status, status, "{body}: {reply:?}");
        assert_eq!(reply.header("set-cookie"), None, "{body}");
    }
    let long = format!("token={}", "x".repeat(20_000));
    assert_eq!(site.sign_in(OURS, &long).await.problem(), (413, "body_too_large".to_owned()));
    let expired = site.sign_in(OURS, "token=old.token").await;
    assert!(expired.text().contains("has run out"));
}

#[tokio::test]
async fn a_page_of_somebody_else_signs_nobody_in_or_out() {
    let site = Site::open().await;
    for headers in ["", "Sec-Fetch-Site: cross-site\r\n", "Origin: https://evil.example\r\n"] {
        let reply = site.sign_in(headers, "token=good.token").await;
        assert_eq!(reply.problem(), (403, "foreign_origin".to_owned()), "{headers}");
        let reply = site.served.send("POST", "/session/end", headers, b"").await;
        assert_eq!(reply.problem(), (403, "foreign_origin".to_owned()), "{headers}");
    }
}

#[tokio::test]
async fn a_cookie_that_is_none_of_ours_opens_nothing() {
    let site = Site::open().await;
    let page = format!("/dashboard/{}", site.user);
    for cookie in [
        "stats_session=",
        "stats_session=bad.token",
        "stats_session=old.token",
        "stats_session=good.token; stats_session=bad.token",
        "stats_session=\"good.token\"",
        "__Host-stats_session=good.token",
        "STATS_SESSION=good.token",
        "xstats_session=good.token",
    ] {
        let reply = site.served.send("GET", &page, &format!("Cookie: {cookie}\r\n"), b"").await;
        assert_eq!(reply.status, 401, "{cookie}");
    }
    // Under the name of a host, the cookie of this machine is nobody's.
    let elsewhere = "Host: stats.example\r\nCookie: stats_session=good.token\r\n";
    assert_eq!(site.served.send("GET", &page, elsewhere, b"").await.status, 401);
    let there = "Host: stats.example\r\nCookie: __Host-stats_session=good.token\r\n";
    assert_eq!(site.served.send("GET", &page, there, b"").await.status, 200);
}

#[tokio::test]
async fn a_cookie_that_came_through_a_proxy_never_travels_without_tls() {
    let site = Site::open().await;
    for headers in ["", "X-Forwarded-Proto: https\r\n", "Forwarded: for=192.0.2.1\r\n", "Via: 1.1 proxy\r\n"] {
        // As a proxy asks that puts its own name for us in the place of the browser's.
        let reply = site.sign_in(&format!("{OURS}{headers}"), "token=good.token").await;
        let cookie = reply.header("set-cookie").unwrap();
        assert_eq!(cookie.starts_with("__Host-") && cookie.ends_with("; Secure"), !headers.is_empty(), "{cookie}");
    }
}

#[tokio::test]
async fn the_door_answers_what_it_does_not_take_as_everything_else_does() {
    let site = Site::open().await;
    for (method, path) in [("PUT", "/session"), ("DELETE", "/session"), ("GET", "/session/end")] {
        let reply = site.served.send(method, path, "", b"").await;
        assert_eq!(reply.problem(), (405, "method_not_allowed".to_owned()), "{method} {path}");
    }
    for (question, code) in [("back=a&back=b", "repeated_parameter"), ("back=%ff", "invalid_parameter")] {
        assert_eq!(site.served.get(&format!("/session?{question}")).await.problem(), (400, code.to_owned()));
    }
}

#[tokio::test]
async fn a_page_that_is_not_yours_has_the_headers_of_every_page() {
    let site = Site::open().await;
    let headers = format!("{HTML}{}", site.cookie().await);
    let reply = site.served.send("GET", &format!("/dashboard/{}", UserId::generate()), &headers, b"").await;
    assert!(reply.status == 404 && reply.text().contains("There is nothing here"), "{reply:?}");
    assert!(reply.header("content-security-policy").unwrap().starts_with("default-src 'none'"));
    assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(reply.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn nobody_is_sent_elsewhere_after_signing_in() {
    let site = Site::open().await;
    for back in ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "%2F%0d%0aX: 1"] {
        let reply = site.sign_in(OURS, &format!("token=good.token&back={back}")).await;
        assert_eq!((reply.status, reply.header("location")), (303, Some("/dashboard")), "{back}");
    }
}

#[tokio::test]
async fn without_sessions_a_cookie_is_no_token() {
    let user = UserId::generate();
    let store = store(user, 1).await;
    let served = Served::new(Api::new(store.reader()).authenticator(Door(user)).router()).await;
    let path = format!("/v1/users/{user}/totals");
    let reply = served.send("GET", &path, "Cookie: stats_session=good.token\r\n", b"").await;
    assert_eq!(reply.problem(), (401, "unauthenticated".to_owned()));
    assert_eq!(served.get("/session").await.status, 404);
}
