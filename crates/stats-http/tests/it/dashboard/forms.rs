//! What people fill in.

use std::sync::Arc;

use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{Request, StatusCode, header};
use stats_http::{Api, Authenticator, Dashboard, Grants, Identity, Refused};
use stats_store::{Effect, Fact, GoalStatus, StatsStore, StatsWriter, StoreError};
use workout_events::UserId;
use workout_events::types::goal::{GoalMetric, GoalPeriod};
use workout_events::types::user::{Units, WeekStart};

use super::safety::is_strict;
use super::site::{Answer, Site, ada, grace, joan, now};

pub(super) const HEVY: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../workout-import/tests/it/samples/hevy_kg.csv"));

/// Whoever this is.
#[derive(Debug)]
struct Is(Identity);

#[async_trait]
impl Authenticator for Is {
    async fn authenticate(&self, _: &Parts) -> Result<Identity, Refused> {
        Ok(self.0.clone())
    }
}

/// Everybody may look.
#[derive(Debug)]
struct Open;

#[async_trait]
impl Grants for Open {
    async fn may_see(&self, _: UserId, _: UserId) -> Result<bool, Refused> {
        Ok(true)
    }
}

fn routes(store: &StatsStore, who: Identity) -> Router {
    writing_to(store.writer(), store, who)
}

/// The same, where another writer is between the pages and the store.
pub(super) fn writing_to(writer: Arc<dyn StatsWriter>, store: &StatsStore, who: Identity) -> Router {
    let pages = Dashboard::new(store.reader()).writer(writer).clock(now).routes();
    Api::new(store.reader()).authenticator(Is(who)).grants(Open).guarded(pages).router()
}

/// The pages of Ada, as Ada.
async fn own() -> Site {
    let site = Site::years(1).await;
    let routes = routes(&site.store, Identity::user(ada()));
    Site { routes, ..site }
}

impl Site {
    pub(super) async fn post(&self, user: UserId, path: &str, body: &str) -> Answer {
        self.post_from("same-origin", user, path, body).await
    }

    async fn post_from(&self, from: &str, user: UserId, path: &str, body: &str) -> Answer {
        let request = Request::post(format!("/dashboard/{user}{path}"))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", from);
        self.ask(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    pub(super) async fn upload(&self, user: UserId, fields: &[(&str, &str)], file: &str) -> Answer {
        let part = |name: &str, more: &str, value: &str| {
            format!("--line\r\nContent-Disposition: form-data; name=\"{name}\"{more}\r\n\r\n{value}\r\n")
        };
        let mut body: String = fields.iter().map(|(name, value)| part(name, "", value)).collect();
        body += &part("file", "; filename=\"hevy.csv\"", file);
        body += "--line--\r\n";
        let request = Request::post(format!("/dashboard/{user}/import"))
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=line")
            .header("sec-fetch-site", "same-origin");
        self.ask(request.body(Body::from(body)).unwrap()).await
    }
}

pub(super) fn count(page: &Answer, name: &str) -> String {
    let begin = format!(" data-count=\"{name}\">");
    let rest = page.body.split(&begin).nth(1).unwrap_or_else(|| panic!("no {name}: {}", page.body));
    rest.split('<').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_goal_is_set_changed_and_given_up_by_forms() {
    let site = own().await;
    let before = site.store.reader().goals_set(ada()).await.unwrap().value.len();
    let body =
        "nonce=1&target=120%2C5&metric=distance_m&of=activity%3Acycling&period=monthly&due=2025-12-31&title=Ride";
    // Sent twice, as an impatient finger does, it is one goal.
    for _ in 0..2 {
        let answer = site.post(ada(), "/goals", body).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        assert_eq!(answer.header(&header::LOCATION), format!("/dashboard/{}/goals?done=set", ada()));
    }
    let goals = site.store.reader().goals_set(ada()).await.unwrap().value;
    assert_eq!(goals.len(), before + 1);
    let goal = goals.iter().find(|goal| goal.title.as_deref() == Some("Ride")).unwrap();
    assert_eq!((goal.metric, goal.target, goal.period), (GoalMetric::DistanceM, 120_500, GoalPeriod::Monthly));
    assert_eq!(goal.last_day.unwrap().to_string(), "2025-12-31");
    let list = site.page(ada(), "/goals?done=set").await;
    assert!(list.body.contains("The goal is set.") && list.body.contains("Ride"));

    let path = format!("/goals/{}", goal.goal_id);
    let page = site.page(ada(), &path).await;
    is_strict(&page);
    assert!(page.body.contains("value=\"120.5\"") && page.body.contains("kilometres"));
    let body = "target=200&period=monthly&due=2025-12-31&title=Ride";
    assert_eq!(site.post(ada(), &path, body).await.status, StatusCode::SEE_OTHER);
    let changed = site.store.reader().goals_set(ada()).await.unwrap().value;
    assert_eq!(changed.iter().find(|one| one.goal_id == goal.goal_id).unwrap().target, 200_000);

    for _ in 0..2 {
        assert_eq!(site.post(ada(), &path, "do=give-up").await.status, StatusCode::SEE_OTHER);
    }
    let day = "2025-06-15".parse().unwrap();
    let standing = site.store.reader().goals(ada(), day).await.unwrap().value;
    let given_up = standing.iter().find(|one| one.goal.goal_id == goal.goal_id).unwrap();
    assert_eq!(given_up.status, GoalStatus::Cancelled);
}

#[tokio::test]
async fn what_is_wrong_with_a_goal_is_said_beside_its_field_and_nothing_typed_is_lost() {
    let site = own().await;
    let goals = site.store.reader().goals_set(ada()).await.unwrap().value.len();
    for (body, what) in [
        ("target=four&metric=workouts&period=weekly&title=Mine", "Write a number"),
        ("target=0&metric=workouts&period=weekly&title=Mine", "more than nothing"),
        ("target=99999999999&metric=workouts&period=weekly&title=Mine", "too large"),
        ("target=100&metric=e1rm_g&period=once&title=Mine", "choose it"),
        ("target=100&metric=energy_kcal&period=once&of=exercise%3Aback-squat&title=Mine", "Nobody measures that"),
        ("target=4&metric=workouts&period=weekly&due=2025-06-14&title=Mine", "from today on"),
        ("target=4&metric=workouts&period=weekly&due=soon&title=Mine", "from today on"),
        ("target=4&metric=workouts&period=never&title=Mine", "how often"),
        ("target=4&period=weekly&title=Mine", "what is to be measured"),
        ("target=4&metric=workouts&period=weekly&of=exercise%3A%3Cb%3E&title=Mine", "cannot be taken"),
        ("target=4&metric=workouts&period=weekly&title=Mine%00", "cannot be taken"),
    ] {
        let answer = site.post(ada(), "/goals", body).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        is_strict(&answer);
        assert!(answer.body.contains(what) && answer.body.contains("value=\"Mine"), "{body}: {}", answer.body);
        assert!(!answer.body.contains("data-live-at"), "a page with a mistake in it renews itself");
    }
    assert_eq!(site.store.reader().goals_set(ada()).await.unwrap().value.len(), goals);
}

#[tokio::test]
async fn how_somebody_counts_is_written_and_shown() {
    let site = own().await;
    let page = site.page(ada(), "/settings").await;
    is_strict(&page);
    let body =
        "units=imperial&week_start=sunday&day_start_hour=3&zone=America%2FNew_York&leaderboard=yes&name=Lovelace";
    let answer = site.post(ada(), "/settings", body).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    let known = site.store.reader().lifetime(ada()).await.unwrap().value.preferences;
    assert_eq!((known.units, known.week_start), (Some(Units::Imperial), Some(WeekStart::Sunday)));
    assert_eq!((known.day_start_hour, known.time_zone.unwrap().to_string()), (3, "America/New_York".to_owned()));
    let page = site.page(ada(), "/settings").await;
    assert!(page.body.contains("value=\"Lovelace\"") && page.body.contains("value=\"America/New_York\""));
    assert!(site.page(ada(), "/leaderboard").await.body.contains("Lovelace (you)"));

    // Nothing is said that was said before.
    let version = site.store.reader().lifetime(ada()).await.unwrap().as_of.version;
    assert_eq!(site.post(ada(), "/settings", body).await.status, StatusCode::SEE_OTHER);
    assert_eq!(site.store.reader().lifetime(ada()).await.unwrap().as_of.version, version);

    let wrong = site.post(ada(), "/settings", &body.replace("America%2FNew_York", "Mars")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("There is no such time zone") && wrong.body.contains("value=\"Mars\""));
}

#[tokio::test]
async fn a_file_is_looked_into_first_and_then_written_once() {
    let site = Site::of(&[]).await;
    let site = Site { routes: routes(&site.store, Identity::user(joan())), ..site };
    let file = HEVY.to_owned() + "\"Bad day\",\"yesterday\",\"later\",\"\",\"Squat\",,\"\",0,\"normal\",1,1,,,\n";
    let fields = [("app", ""), ("zone", "Europe/Berlin"), ("units", "metric")];
    let looked = site.upload(joan(), &fields, &file).await;
    assert_eq!(looked.status, StatusCode::OK, "{}", looked.body);
    is_strict(&looked);
    assert!(looked.body.contains("nothing is written yet") && looked.body.contains("start_time is not a date"));
    let created: u64 = count(&looked, "Created").parse().unwrap();
    assert!(created > 1 && count(&looked, "Rejected") == "1");
    assert_eq!(site.store.reader().totals(joan()).await.unwrap().total_workouts, 0);

    let confirm = looked.all("action").into_iter().find(|action| action.contains("/import/")).unwrap();
    let confirm = confirm.strip_prefix(&format!("/dashboard/{}", joan())).unwrap();
    let done = site.post(joan(), confirm, "").await;
    assert!(done.body.contains("imported") && count(&done, "Created") == created.to_string(), "{}", done.body);
    assert_eq!(site.store.reader().totals(joan()).await.unwrap().total_workouts, created);
    // Whoever presses twice is told what has happened, and whoever comes again with the same file that all of it is known.
    let twice = site.post(joan(), confirm, "").await;
    assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(twice.body.contains("Either it was imported"), "{}", twice.body);
    assert_eq!(site.post(joan(), "/import/none", "").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let again = site.upload(joan(), &fields, &file).await;
    assert_eq!((count(&again, "Created"), count(&again, "Duplicate")), ("0".to_owned(), created.to_string()));
    assert!(again.body.contains("There is nothing new in this file"));
}

#[tokio::test]
async fn a_file_that_is_none_is_refused_with_the_reason() {
    let site = own().await;
    let check = async |fields: &[(&str, &str)], file: &str, what: &str| {
        let answer = site.upload(ada(), fields, file).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{what}");
        is_strict(&answer);
        assert!(answer.body.contains(what), "{what}: {}", answer.body);
    };
    let zone = ("zone", "Europe/Berlin");
    check(&[zone], "", "not empty").await;
    check(&[zone], "a,b\n1,2\n", "neither an export of Hevy nor one of Strong").await;
    check(&[zone, ("app", "hevy")], "a,b\n1,2\n", "no CSV export of Hevy").await;
    check(&[zone, ("app", "strong")], HEVY, "no CSV export of Strong").await;
    check(&[("zone", "Mars")], HEVY, "no such time zone").await;
    check(&[], HEVY, "no such time zone").await;
    check(&[zone], &"x".repeat(9 << 20), "larger than 8 MiB").await;
}

/// Says the same of every fact, and takes none.
#[derive(Debug)]
struct Says(Effect);

#[async_trait]
impl StatsWriter for Says {
    async fn write(&self, facts: &[Fact]) -> Result<Vec<Effect>, StoreError> {
        Ok(vec![self.0; facts.len()])
    }
}

#[tokio::test]
async fn what_does_not_hold_afterwards_is_not_told_as_done() {
    let site = Site::years(1).await;
    for (effect, status, what) in [
        (Effect::Applied, StatusCode::SEE_OTHER, ""),
        (Effect::Duplicate, StatusCode::SEE_OTHER, ""),
        (Effect::Superseded, StatusCode::CONFLICT, "Something newer"),
        (Effect::Conflict, StatusCode::CONFLICT, "put this one aside"),
        (Effect::Erased, StatusCode::NOT_FOUND, "There is nothing here"),
    ] {
        let routes = writing_to(Arc::new(Says(effect)), &site.store, Identity::user(ada()));
        let site = Site { routes, store: site.store.clone() };
        for (path, body) in [
            ("/goals", "nonce=1&target=4&metric=workouts&period=weekly"),
            ("/settings", "units=imperial&week_start=sunday&day_start_hour=3&zone=America%2FNew_York"),
        ] {
            let answer = site.post(ada(), path, body).await;
            assert_eq!(answer.status, status, "{effect:?} {path}: {}", answer.body);
            assert!(answer.body.contains(what), "{effect:?} {path}: {}", answer.body);
        }
    }
}

#[tokio::test]
async fn nobody_changes_anything_from_elsewhere_or_of_somebody_else() {
    let site = Site::years(1).await;
    let body = "nonce=1&target=4&metric=workouts&period=weekly";
    let goals = site.store.reader().goals_set(ada()).await.unwrap().value.len();
    let unknown = Dashboard::new(site.store.reader()).writer(site.store.writer()).routes();
    let as_grace = routes(&site.store, Identity::user(grace()));
    let as_ada = routes(&site.store, Identity::user(ada()));
    for (who, from, routes) in [
        ("a coach", "same-origin", as_grace),
        ("a stranger's page", "cross-site", as_ada.clone()),
        ("a neighbour's page", "same-site", as_ada),
        ("nobody", "same-origin", unknown),
    ] {
        let site = Site { routes, store: site.store.clone() };
        for path in ["/goals", "/settings"] {
            let answer = site.post_from(from, ada(), path, body).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{who} {path}");
            is_strict(&answer);
            assert!(answer.body.contains("Nothing was changed"), "{who}");
        }
    }
    assert_eq!(site.store.reader().goals_set(ada()).await.unwrap().value.len(), goals);
    // Whoever may only look is shown no form.
    let site = Site { routes: routes(&site.store, Identity::user(grace())), ..site };
    for path in ["/goals", "/settings", "/transfer"] {
        let page = site.page(ada(), path).await;
        let forms = page.all("action").into_iter().filter(|action| !action.ends_with("/dashboard/settings"));
        assert_eq!(forms.count(), 0, "{path}");
    }
}

#[tokio::test]
async fn a_file_of_a_button_is_the_file_of_the_api() {
    let site = own().await;
    for format in ["csv", "json", "jsonl", "hevy", "strong"] {
        let button = site.get(&format!("/dashboard/{}/export?format={format}", ada())).await;
        let api = site.get(&format!("/v1/users/{}/export?format={format}", ada())).await;
        assert_eq!((button.status, api.status), (StatusCode::OK, StatusCode::OK), "{format}");
        assert_eq!(button.body, api.body, "{format}");
        assert!(button.header(&header::CONTENT_DISPOSITION).starts_with("attachment"), "{format}");
    }
    let missing = site.get(&format!("/dashboard/{}/export?format=xlsx", ada())).await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
}
