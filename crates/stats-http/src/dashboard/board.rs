//! The dashboard as a router.

use std::sync::Arc;

use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn, map_response};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use stats_store::{StatsReader, StatsWriter};
use tokio::time::timeout;
use workout_events::UserId;
use workout_events::jiff::Timestamp;

use super::people::Known;
use super::upload::Uploads;
use super::{asset, guard, overview, page, viewer};
use crate::limit::Places;
use crate::live::Live;

/// A form has a few short fields.
const MOST_BODY: usize = 4 * 1_024;

/// How long a page may take. One whose parts are written to all the time never comes to an end by itself.
const LIMIT: Duration = Duration::from_secs(15);

/// Ten years of training as another app writes it are 3 MiB.
const MOST_FILE: usize = 8 * 1_024 * 1_024;

/// How long it may take to send a file and to write what is in it.
const FILE_LIMIT: Duration = Duration::from_mins(2);

/// The pages over a store, to be merged into the routes of a service.
///
/// ```
/// # use stats_store::StatsStore;
/// # use workout_events::UserId;
/// # let (store, ada) = (StatsStore::memory(), UserId::generate());
/// let pages = stats_http::Dashboard::new(store.reader()).person(ada, "Ada").routes();
/// let app: axum::Router = stats_http::Api::new(store.reader()).guarded(pages).router();
/// # let _ = app;
/// ```
///
/// `/dashboard` leads people who are signed in to their own overview, and shows others the people that were named;
/// `/dashboard/{user_id}` is the overview of a user. The router may be nested under a path of the host.
///
/// The routes themselves ask nobody who they are: put them behind [`Api::guarded`](crate::Api::guarded).
#[derive(Debug, Clone)]
#[must_use = "a dashboard is served by its routes"]
pub struct Dashboard {
    pub(crate) reader: Arc<dyn StatsReader>,
    pub(crate) people: Arc<Vec<Known>>,
    pub(crate) now: fn() -> Timestamp,
    pub(crate) performs_at: Option<Arc<str>>,
    pub(crate) writer: Option<Arc<dyn StatsWriter>>,
    pub(crate) uploads: Arc<Uploads>,
    /// Who takes a file where nobody was asked who they are.
    pub(crate) downloads: Places,
    /// Who is sending or writing a file.
    pub(crate) importing: Places,
    pub(crate) live: Live,
}

impl Dashboard {
    /// Pages that read from here.
    pub fn new(reader: Arc<dyn StatsReader>) -> Self {
        Self {
            reader,
            people: Arc::default(),
            now: Timestamp::now,
            performs_at: None,
            writer: None,
            uploads: Arc::default(),
            downloads: Places::default(),
            importing: Places::default(),
            live: Live::new(),
        }
    }

    /// People may set goals, say how they count and import files: this is where it is written. Only the person and admins do,
    /// as [`Api::guarded`](crate::Api::guarded) has found out, and only from pages of ours. Without it the pages only show.
    pub fn writer(mut self, writer: Arc<dyn StatsWriter>) -> Self {
        self.writer = Some(writer);
        self
    }

    /// Somebody whom the first page offers. A store knows ids and no names.
    pub fn person(mut self, user: UserId, name: impl Into<String>) -> Self {
        Arc::make_mut(&mut self.people).push(Known { user, name: name.into() });
        self
    }

    /// The address of this service, such as `http://localhost:8080`, if it takes workouts at `POST /workout/{id}/perform`: the
    /// page of somebody without workouts then shows the command that sends the first one.
    pub fn performs_at(mut self, url: impl Into<String>) -> Self {
        self.performs_at = Some(url.into().into());
        self
    }

    /// What wakes the streams by which pages renew themselves: that of [`Api::live`](crate::Api::live).
    pub fn live(mut self, live: Live) -> Self {
        self.live = live;
        self
    }

    /// What "now" is: another clock than that of the machine, for tests and for looking back.
    pub fn clock(mut self, now: fn() -> Timestamp) -> Self {
        self.now = now;
        self
    }

    /// The routes, all of them under `/dashboard`.
    pub fn routes(self) -> Router {
        let pages = Router::new()
            .route("/dashboard", get(page::start::get))
            .route("/dashboard/assets/{name}", get(asset::get))
            .route("/dashboard/settings", post(viewer::change))
            .route("/dashboard/{user_id}", get(overview::get))
            .route("/dashboard/{user_id}/version", get(page::version::get))
            .route("/dashboard/{user_id}/live", get(page::live::get))
            .route("/dashboard/{user_id}/workouts", get(page::workouts::get))
            .route("/dashboard/{user_id}/workouts/{workout_id}", get(page::workout::get))
            .route("/dashboard/{user_id}/exercises", get(page::exercises::get))
            .route("/dashboard/{user_id}/exercises/{exercise_id}", get(page::exercise::get))
            .route("/dashboard/{user_id}/records", get(page::records::get))
            .route("/dashboard/{user_id}/goals", get(page::goals::get).post(page::goals::set))
            .route("/dashboard/{user_id}/goals/{goal_id}", get(page::goals::edit).post(page::goals::change))
            .route("/dashboard/{user_id}/settings", get(page::settings::get).post(page::settings::change))
            .route("/dashboard/{user_id}/leaderboard", get(page::leaderboard::get))
            .route("/dashboard/{user_id}/transfer", get(page::transfer::get))
            .route("/dashboard/{user_id}/why", get(page::why::get))
            .layer(DefaultBodyLimit::max(MOST_BODY))
            .layer(from_fn(async |request, next| in_time(LIMIT, request, next).await));
        let files = Router::new()
            .route("/dashboard/{user_id}/export", get(page::transfer::export))
            .route("/dashboard/{user_id}/import", post(page::import::preview))
            .route("/dashboard/{user_id}/import/{upload}", post(page::import::confirm))
            .layer(DefaultBodyLimit::max(MOST_FILE))
            .layer(from_fn(async |request, next| in_time(FILE_LIMIT, request, next).await));
        pages.merge(files).layer(map_response(guard::protect)).with_state(self)
    }
}

async fn in_time(limit: Duration, request: Request, next: Next) -> Response {
    let late =
        || (StatusCode::SERVICE_UNAVAILABLE, "This page takes too long at the moment; try again.").into_response();
    timeout(limit, next.run(request)).await.unwrap_or_else(|_| late())
}
