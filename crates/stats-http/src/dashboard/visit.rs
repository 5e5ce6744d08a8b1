//! One request for a page of a user.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{FromRequestParts, OriginalUri, Path};
use axum::http::request::Parts;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use stats_store::{AsOf, Day, Days, Preferences, StatsReader, StatsWriter, StoreError};
use tracing::error;
use workout_events::UserId;
use workout_events::jiff::{Timestamp, ToSpan};

use super::board::Dashboard;
use super::figure::Figure;
use super::frame::{self, Page};
use super::viewer::Viewer;
use crate::auth::Identity;
use crate::export::Taker;
use crate::limit::Full;
use crate::live::{Door, Listener};
use crate::problem::Problem;
use crate::session::At;

/// Who asks for which page, of whom, and how they like to read.
#[derive(Debug, Clone)]
pub(crate) struct Visit {
    pub(crate) site: Site,
    pub(crate) user: UserId,
    parameters: HashMap<String, String>,
    /// Whether whoever asks may change what they see.
    may_write: bool,
    pub(super) board: Dashboard,
}

/// What every page needs, be it of a user or not.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    /// Where the dashboard is, as the browser sees it.
    pub(crate) base: String,
    /// The path and the question of this request, likewise.
    pub(crate) here: String,
    pub(crate) viewer: Viewer,
    pub(crate) people: Arc<Vec<super::people::Known>>,
    /// Whether there is somewhere to choose how to read.
    pub(crate) has_choices: bool,
    /// Where whoever has signed in here signs out.
    pub(crate) sign_out: Option<String>,
}

/// Why there is no page.
#[derive(Debug)]
pub(crate) enum Failure {
    /// There is no such thing, or not for this user.
    Missing,
    /// The form was not sent from a page of ours.
    Stranger,
    /// They may see it and not change it.
    NotAllowed,
    /// Something newer holds already.
    Overtaken,
    /// The store has something else under its id, and keeps this apart.
    PutAside,
    Store(StoreError),
    /// It cannot be written.
    Unwritten(StoreError),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Visit {
    pub(crate) fn reader(&self) -> &dyn StatsReader {
        &*self.board.reader
    }

    /// Where to write, for whoever may.
    pub(crate) fn writer(&self) -> Option<&Arc<dyn StatsWriter>> {
        self.board.writer.as_ref().filter(|_| self.may_write)
    }

    /// What day it is for this user, and how they count.
    pub(crate) async fn day(&self) -> Result<(Day, Preferences), Failure> {
        let preferences = self.reader().lifetime(self.user).await?.value.preferences;
        Ok((self.today(&preferences), preferences))
    }

    /// Goes on to another page of this user, after something was done.
    pub(crate) fn to(&self, page: &str) -> Response {
        Redirect::to(&self.link(page)).into_response()
    }

    /// A stream of what happens to this user.
    pub(crate) fn listen(&self, request: &Parts) -> Result<Response, Problem> {
        let door = request.extensions.get::<Door>().cloned();
        let (reader, now) = (Arc::clone(&self.board.reader), self.board.now);
        self.board.live.open(Listener { reader, user: self.user, now, door }, request)
    }

    /// A place for a file of this user.
    pub(crate) fn take(&self, request: &Parts) -> Result<Taker, Full> {
        let door = request.extensions.get::<Door>().cloned();
        let places = door.as_ref().map_or(&self.board.downloads, Door::downloads).clone();
        Taker::of(&places, door, request)
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.board.now)()
    }

    /// Where somebody may send a first workout.
    pub(crate) fn performs_at(&self) -> Option<&str> {
        self.board.performs_at.as_deref()
    }

    /// The user's name, where the host has told one.
    pub(crate) fn name(&self) -> Option<&str> {
        self.site.people.iter().find(|known| known.user == self.user).map(|known| known.name.as_str())
    }

    /// A part of the path.
    pub(crate) fn parameter<T: std::str::FromStr>(&self, name: &str) -> Result<T, Failure> {
        self.parameters.get(name).and_then(|text| text.parse().ok()).ok_or(Failure::Missing)
    }

    /// The address of a page of this user.
    pub(crate) fn link(&self, page: &str) -> String {
        format!("{}/{}{page}", self.site.base, self.user)
    }

    /// Where a figure over these days is explained.
    pub(crate) fn why(&self, figure: Figure, days: Days) -> String {
        self.link(&format!("/why?figure={}&from={}&to={}", figure.key(), days.first, days.last))
    }

    /// The day it is for this user.
    pub(crate) fn today(&self, preferences: &Preferences) -> Day {
        let now = self.now();
        let shifted = now.checked_sub(i64::from(preferences.day_start_hour).hours()).unwrap_or(now);
        Day::new(self.site.viewer.zone(preferences).zone().to_datetime(shifted).date())
    }

    /// The page, or why there is none.
    pub(crate) fn answer(self, page: Result<Page, Failure>) -> Response {
        match page {
            Ok(page) => frame::of_user(&self, &page).into_response(),
            Err(failure) => self.site.fail(&failure),
        }
    }
}

impl Site {
    /// A page that says what is wrong and what to do.
    pub(crate) fn fail(&self, failure: &Failure) -> Response {
        let (status, page) = match failure {
            Failure::Missing => (
                StatusCode::NOT_FOUND,
                frame::message("There is nothing here", "The address is mistyped, or what was here was deleted."),
            ),
            Failure::Stranger => (
                StatusCode::FORBIDDEN,
                frame::message(
                    "Nothing was changed",
                    "This was sent from the page of somebody else, or by a browser that does not say from which page. Open the form here and send it again.",
                ),
            ),
            Failure::NotAllowed => (
                StatusCode::FORBIDDEN,
                frame::message(
                    "Nothing was changed",
                    "You may look at this, but only the person whose training it is changes it.",
                ),
            ),
            Failure::Overtaken => (
                StatusCode::CONFLICT,
                frame::message(
                    "Nothing was changed",
                    "Something newer was said about this already, in another window or on another device. Look at what holds now, and change it there if you still want to.",
                ),
            ),
            Failure::PutAside => (
                StatusCode::CONFLICT,
                frame::message(
                    "Nothing was changed",
                    "The store has something else under the id of this change, and put this one aside. Open the form again and send it from there.",
                ),
            ),
            Failure::Unwritten(failed) => {
                error!(error = failed as &dyn std::error::Error, "the store cannot be written");
                let what = "The store does not take anything at the moment, so this was not saved. Go back, where what you typed still is, and try again in a minute.";
                (StatusCode::SERVICE_UNAVAILABLE, frame::message("Not saved", what))
            }
            Failure::Store(failed) => {
                error!(error = failed as &dyn std::error::Error, "the store cannot be read");
                let what =
                    "The statistics cannot be read at the moment. No workout is lost by that: try again in a minute.";
                (StatusCode::SERVICE_UNAVAILABLE, frame::message("The store does not answer", what))
            }
        };
        (status, frame::of_nobody(self, &page)).into_response()
    }
}

/// Answers are shown beside one another only if they are of one moment.
pub(crate) fn of_one_moment(moments: &[AsOf]) -> bool {
    moments.windows(2).all(|two| two[0] == two[1])
}

impl<S: Send + Sync> FromRequestParts<S> for Site
where
    Dashboard: axum::extract::FromRef<S>,
{
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let board = <Dashboard as axum::extract::FromRef<S>>::from_ref(state);
        let whole = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |OriginalUri(uri)| uri);
        let here = whole.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        let base = format!("{}/dashboard", prefix(whole, &parts.uri));
        let sign_out = parts.extensions.get::<At>().map(|At(at)| at.clone());
        let viewer = Viewer::of(&parts.headers);
        Ok(Self { base, here, viewer, people: board.people, has_choices: true, sign_out })
    }
}

impl Site {
    /// For a page outside the dashboard, with its assets under this path.
    pub(crate) fn of(request: &Parts, base: &str) -> Self {
        let viewer = Viewer::of(&request.headers);
        Self {
            base: base.to_owned(),
            here: base.to_owned(),
            viewer,
            people: Arc::default(),
            has_choices: false,
            sign_out: None,
        }
    }
}

/// Where the host has put the dashboard.
fn prefix<'u>(whole: &'u Uri, ours: &Uri) -> &'u str {
    whole.path().strip_suffix(ours.path()).unwrap_or_default()
}

impl FromRequestParts<Dashboard> for Visit {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, board: &Dashboard) -> Result<Self, Response> {
        let Ok(mut site) = Site::from_request_parts(parts, board).await;
        let parameters = Path::<HashMap<String, String>>::from_request_parts(parts, board).await;
        let parameters = parameters.map(|Path(parameters)| parameters).unwrap_or_default();
        let Some(user) = parameters.get("user_id").and_then(|text| text.parse().ok()) else {
            return Err(site.fail(&Failure::Missing));
        };
        match board.reader.lifetime(user).await {
            Ok(lifetime) => site.viewer = site.viewer.of_user(&lifetime.value.preferences),
            Err(error) => return Err(site.fail(&Failure::Store(error))),
        }
        let viewer = parts.extensions.get::<Identity>();
        let may_write = viewer.is_some_and(|viewer| viewer.is_admin() || viewer.user_id() == Some(user));
        Ok(Self { site, user, parameters, may_write, board: board.clone() })
    }
}
