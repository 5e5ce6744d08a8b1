//! Nothing that people wrote becomes markup, and nothing runs that is not ours.

use std::sync::Arc;

use async_trait::async_trait;
use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{Request, StatusCode, header};
use stats_http::{Api, Authenticator, Dashboard, Identity, Refused};
use stats_store::{Fact, StatsReader, StoreError, Totals};
use tower::ServiceExt;
use workout_events::jiff::SignedDuration;
use workout_events::jiff::tz::TimeZone;
use workout_events::{ActivityType, Event, Exercise, Set, SetKind, Source, UserId, WorkoutId, WorkoutPerformed};

use super::site::{Answer, Site, ada, now};

/// In every place where a person may write.
const EVIL: &str = r#"<script>alert("1")</script>'"><img src=x onerror=alert(1)>&amp;"#;

fn written_by_an_enemy() -> (WorkoutId, Fact) {
    let (id, ended) = (WorkoutId::generate(), now().to_zoned(TimeZone::get("Europe/Berlin").unwrap()));
    let started = ended.checked_sub(SignedDuration::from_mins(45)).unwrap();
    let mut workout =
        WorkoutPerformed::new(id, ada(), Source::new("<b>watch</b>"), ActivityType::Other, &started, &ended);
    workout.activity_label = Some(EVIL.chars().take(80).collect());
    (workout.title, workout.notes) = (Some(EVIL.to_owned()), Some(EVIL.to_owned()));
    let mut set = Set::new(0, SetKind::Normal);
    (set.reps, set.load_g) = (Some(5), Some(100_000));
    workout.exercises = vec![Exercise::new("squat", EVIL).sets(vec![set])];
    (id, Fact::from(&Event::builder("/tests", workout).build().unwrap()))
}

/// No script in the page, no style or handler in an attribute.
#[track_caller]
pub(super) fn is_strict(page: &Answer) {
    for tag in page.body.split('<').skip(1).map(|rest| rest.split('>').next().unwrap_or_default()) {
        assert!(!tag.starts_with("style") && !tag.starts_with("iframe"), "{tag}");
        assert!(!tag.starts_with("script") || tag.contains(" src=\"/"), "{tag}");
        // Quotes in a text would have been escaped, so what stands between quotes here is the value of an attribute.
        let names = tag.split('"').step_by(2).flat_map(str::split_whitespace);
        for name in names.filter(|name| name.ends_with('=')) {
            assert!(!name.starts_with("on") && name != "style=", "{tag}");
        }
    }
    let policy = page.header(&header::CONTENT_SECURITY_POLICY);
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    assert_eq!(page.header(&header::X_CONTENT_TYPE_OPTIONS), "nosniff");
}

#[tokio::test]
async fn what_people_wrote_stays_text() {
    let (id, fact) = written_by_an_enemy();
    let site = Site::of(&[fact]).await;
    for path in [String::new(), "/workouts".to_owned(), format!("/workouts/{id}"), "/exercises/squat".to_owned()] {
        let page = site.page(ada(), &path).await;
        is_strict(&page);
        assert!(!page.body.contains("<script>") && !page.body.contains("<img") && !page.body.contains("<b>"), "{path}");
    }
    let page = site.page(ada(), &format!("/workouts/{id}")).await;
    assert!(page.body.contains("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;"), "the text itself is there");
}

#[tokio::test]
async fn an_address_that_is_none_of_ours_is_a_page_too() {
    let site = Site::of(&[]).await;
    for path in ["/dashboard/42", "/dashboard/%3Cscript%3E", "/dashboard/%ff", "/dashboard/42/why?figure=%3Cscript%3E"]
    {
        let answer = site.get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        is_strict(&answer);
        assert!(answer.body.contains("There is nothing here") && !answer.body.contains("<script>"), "{path}");
    }
}

/// A store that is down.
#[derive(Debug)]
struct Down;

#[async_trait]
impl StatsReader for Down {
    async fn totals(&self, _: UserId) -> Result<Totals, StoreError> {
        Err(StoreError::other("secret reason"))
    }

    async fn ping(&self) -> Result<(), StoreError> {
        Err(StoreError::other("secret reason"))
    }
}

#[tokio::test]
async fn a_store_that_is_down_is_said_in_words_and_without_the_reason() {
    let routes = Dashboard::new(Arc::new(Down)).routes();
    let site = Site { store: stats_store::StatsStore::memory(), routes };
    let answer = site.get(&format!("/dashboard/{}", ada())).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.body.contains("No workout is lost") && !answer.body.contains("secret"));
    is_strict(&answer);
}

#[tokio::test]
async fn a_choice_is_kept_and_leads_back() {
    let site = Site::years(1).await;
    let here = format!("/dashboard/{}/workouts", ada());
    let choose = |body: String| {
        let form = (header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        Request::post("/dashboard/settings").header(form.0, form.1).body(Body::from(body)).unwrap()
    };
    let answer = site.ask(choose(format!("back={}&units=imperial", here.replace('/', "%2F")))).await;
    assert_eq!((answer.status, answer.header(&header::LOCATION)), (StatusCode::SEE_OTHER, here.as_str()));
    let cookie = answer.header(&header::SET_COOKIE);
    assert!(
        cookie.starts_with("board_units=imperial; Path=/dashboard;") && cookie.contains("SameSite=Lax"),
        "{cookie}"
    );

    let read = |cookie: &str| Request::get(&here).header(header::COOKIE, cookie).body(Body::empty()).unwrap();
    let page = site.ask(read("board_units=imperial; board_theme=dark")).await;
    assert!(page.body.contains("\u{a0}mi") && !page.body.contains("\u{a0}km"));
    assert!(page.body.contains("data-theme=\"dark\""));

    let away = site.ask(choose("back=https%3A%2F%2Felsewhere.example&theme=dark".to_owned())).await;
    assert_eq!(away.header(&header::LOCATION), "/dashboard");
}

#[tokio::test]
async fn a_host_may_put_it_under_a_path_of_its_own() {
    let site = Site::years(1).await;
    let routes = axum::Router::new().nest("/training", site.routes.clone());
    let request = Request::get(format!("/training/dashboard/{}", ada())).body(Body::empty()).unwrap();
    let response = routes.oneshot(request).await.unwrap();
    let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    let page = Answer {
        status: StatusCode::OK,
        headers: axum::http::HeaderMap::new(),
        body: String::from_utf8(body.to_vec()).unwrap(),
    };
    let links = [page.all("href"), page.all("src"), page.all("action"), page.all("data-live-at")].concat();
    let outside: Vec<_> =
        links.iter().filter(|link| !link.starts_with("/training/dashboard") && !link.starts_with('#')).collect();
    assert!(links.len() > 50 && outside.is_empty(), "{outside:?}");
}

#[tokio::test]
async fn behind_a_door_everybody_is_led_to_their_own_page_and_to_no_other() {
    #[derive(Debug)]
    struct AlwaysAda;

    #[async_trait]
    impl Authenticator for AlwaysAda {
        async fn authenticate(&self, _: &Parts) -> Result<Identity, Refused> {
            Ok(Identity::user(ada()))
        }
    }

    let site = Site::years(1).await;
    let reader = site.store.reader();
    let pages = Dashboard::new(reader.clone()).person(super::site::grace(), "Grace").routes();
    let routes = Api::new(reader).authenticator(AlwaysAda).guarded(pages).router();
    let site = Site { routes, ..site };
    let first = site.get("/dashboard").await;
    assert_eq!(first.header(&header::LOCATION), format!("/dashboard/{}", ada()));
    // Not even who else there is.
    let typed = site.get("/dashboard?user=x").await;
    assert_eq!(typed.header(&header::LOCATION), format!("/dashboard/{}", ada()));
    assert_eq!(site.page(ada(), "").await.status, StatusCode::OK);
    assert_eq!(site.get(&format!("/dashboard/{}", super::site::grace())).await.status, StatusCode::NOT_FOUND);
}
