//! A dashboard over believable people, and how its pages are asked for.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use stats_http::Dashboard;
use stats_store::demo::Story;
use stats_store::{Fact, StatsStore};
use tower::ServiceExt;
use workout_events::UserId;
use workout_events::jiff::Timestamp;

/// A Sunday evening.
pub(super) fn now() -> Timestamp {
    "2025-06-15T18:00:00Z".parse().unwrap()
}

pub(super) fn ada() -> UserId {
    UserId::from_foreign("demo", "ada")
}

pub(super) fn grace() -> UserId {
    UserId::from_foreign("demo", "grace")
}

/// Nobody has ever heard of him.
pub(super) fn joan() -> UserId {
    UserId::from_foreign("demo", "joan")
}

pub(super) struct Site {
    pub(super) store: StatsStore,
    pub(super) routes: Router,
}

#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

impl Site {
    /// With these facts and nobody's name.
    pub(super) async fn of(facts: &[Fact]) -> Self {
        let store = StatsStore::memory();
        for facts in facts.chunks(500) {
            drop(store.writer().write(facts).await.unwrap());
        }
        let routes = Dashboard::new(store.reader()).clock(now).performs_at("http://localhost:8080").routes();
        Self { store, routes }
    }

    /// So many years of Ada, and Grace's first week.
    pub(super) async fn years(years: u8) -> Self {
        let facts = [Story::years(ada(), years), Story::newcomer(grace())].map(|story| story.facts(now()));
        Self::of(&facts.concat()).await
    }

    pub(super) async fn ask(&self, request: Request<Body>) -> Answer {
        let response = self.routes.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let body = to_bytes(response.into_body(), 4 << 20).await.unwrap();
        Answer { status, headers, body: String::from_utf8(body.to_vec()).unwrap() }
    }

    /// Without having chosen anything.
    pub(super) async fn get(&self, path: &str) -> Answer {
        self.ask(Request::get(path).body(Body::empty()).unwrap()).await
    }

    /// A page of a user that has to be there.
    #[track_caller]
    pub(super) fn page(&self, user: UserId, path: &str) -> impl Future<Output = Answer> {
        let path = format!("/dashboard/{user}{path}");
        async move {
            let answer = self.get(&path).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}");
            answer
        }
    }
}

impl Answer {
    /// The values of an attribute, as they stand in the page.
    pub(super) fn all(&self, attribute: &str) -> Vec<String> {
        let begin = format!(" {attribute}=\"");
        self.body.split(&begin).skip(1).filter_map(|rest| rest.split('"').next()).map(unescape).collect()
    }

    /// The text of the figure of this name.
    pub(super) fn figure(&self, name: &str) -> String {
        let begin = format!(" data-figure=\"{name}\">");
        let rest = self.body.split(&begin).nth(1).unwrap_or_else(|| panic!("no figure {name}"));
        rest.split('<').next().unwrap().replace(['\u{a0}', '\u{202f}'], " ")
    }

    pub(super) fn header(&self, name: &header::HeaderName) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }
}

fn unescape(text: &str) -> String {
    text.replace("&amp;", "&").replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">")
}
