//! The dashboard, served to this machine.

use std::future;
use std::net::Ipv4Addr;

use async_trait::async_trait;
use axum::http::header;
use axum::http::request::Parts;
use stats_http::{Api, Authenticator, Dashboard, Identity, Live, Refused};
use stats_store::demo::Story;
use stats_store::{Fact, StatsStore};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use workout_events::jiff::Timestamp;
use workout_events::{GoalId, UserId};

/// It ends with the test.
pub(super) struct Site {
    pub(super) url: String,
    store: StatsStore,
    live: Live,
    runtime: Runtime,
}

/// Years of training.
pub(super) fn ada() -> UserId {
    UserId::from_foreign("demo", "ada")
}

/// Three workouts.
pub(super) fn grace() -> UserId {
    UserId::from_foreign("demo", "grace")
}

/// None.
pub(super) fn joan() -> UserId {
    UserId::from_foreign("demo", "joan")
}

/// A Saturday evening, so that pictures of two days can be compared.
fn now() -> Timestamp {
    "2025-06-14T18:00:00Z".parse().unwrap()
}

/// A door with one key.
#[derive(Debug)]
struct Door;

/// Opens the door to Ada.
pub(super) const KEY: &str = "a.key.for-ada";

#[async_trait]
impl Authenticator for Door {
    async fn authenticate(&self, request: &Parts) -> Result<Identity, Refused> {
        match request.headers.get(header::AUTHORIZATION).and_then(|said| said.to_str().ok()) {
            Some(said) if said.strip_prefix("Bearer ") == Some(KEY) => Ok(Identity::user(ada())),
            Some(_) => Err(Refused::InvalidToken),
            None => Err(Refused::Unauthenticated),
        }
    }
}

impl Site {
    /// With so many years of Ada.
    pub(super) fn open(years: u8) -> Self {
        Self::with(years, |api| api)
    }

    /// The same behind a door, where people sign in.
    pub(super) fn closed(years: u8) -> Self {
        Self::with(years, |api| api.authenticator(Door).browser_sessions())
    }

    fn with(years: u8, door: impl FnOnce(Api) -> Api) -> Self {
        let runtime = Runtime::new().unwrap();
        let store = StatsStore::memory();
        let people = [(ada(), "Ada"), (grace(), "Grace"), (joan(), "Joan")];
        let live = Live::new();
        let board = Dashboard::new(store.reader()).writer(store.writer()).live(live.clone()).clock(now);
        let routes = people.iter().fold(board, |board, (user, name)| board.person(*user, *name)).routes();
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let app = door(Api::new(store.reader()).live(live.clone())).guarded(routes).router();
        runtime.spawn(stats_http::serve(listener, app, future::pending()));
        let site = Self { url, store, live, runtime };
        site.write(&[Story::years(ada(), years), Story::newcomer(grace())].map(|story| story.facts(now())).concat());
        site
    }

    pub(super) fn write(&self, facts: &[Fact]) {
        let writer = self.live.writer(self.store.writer());
        for facts in facts.chunks(500) {
            drop(self.runtime.block_on(writer.write(facts)).unwrap());
            // A deletion does not say whose workout it was.
            self.live.wake_all();
        }
    }

    pub(super) fn of(&self, user: UserId, path: &str) -> String {
        format!("{}/dashboard/{user}{path}", self.url)
    }

    /// The last workout of Ada with sets.
    pub(super) fn lifted(&self) -> String {
        let filter = stats_store::WorkoutFilter::new(1).activity(workout_events::ActivityType::Strength);
        let found = self.runtime.block_on(self.store.reader().workouts(ada(), &filter)).unwrap().value;
        format!("/workouts/{}", found[0].workout_id)
    }

    /// All pages there are, each with the name that its picture gets.
    pub(super) fn pages(&self) -> Vec<(String, String)> {
        let mut pages = vec![("start".to_owned(), format!("{}/dashboard", self.url))];
        for (user, name) in [(ada(), "years"), (grace(), "week"), (joan(), "nothing")] {
            for path in ["", "/workouts", "/exercises", "/records", "/goals", "/leaderboard", "/transfer", "/settings"]
            {
                let page = if path.is_empty() { "/overview" } else { path };
                pages.push((format!("{name}-{}", &page[1..]), self.of(user, path)));
            }
        }
        pages.push(("years-workout".to_owned(), self.of(ada(), &self.lifted())));
        pages.push(("years-exercise".to_owned(), self.of(ada(), "/exercises/back-squat")));
        let goal = GoalId::from_foreign("demo", &format!("{}/run", ada()));
        pages.push(("years-goal".to_owned(), self.of(ada(), &format!("/goals/{goal}"))));
        let why = "/why?figure=volume&from=2025-05-18&to=2025-06-14";
        pages.push(("years-why".to_owned(), self.of(ada(), why)));
        pages.push(("nowhere".to_owned(), self.of(ada(), "/exercises/none-of-that")));
        pages
    }
}
