//! Where somebody begins: whom to look at, and what to do when there is nothing to see yet.

use axum::Extension;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use workout_events::{UserId, WorkoutId};

use crate::auth::Identity;
use crate::dashboard::board::Dashboard;
use crate::dashboard::frame::{self, Page};
use crate::dashboard::visit::{Site, Visit};

#[derive(Deserialize)]
pub(in crate::dashboard) struct Asked {
    user: Option<String>,
}

/// Who is signed in, or the only person there is; else the list, and a field for an id.
pub(in crate::dashboard) async fn get(
    site: Site,
    viewer: Option<Extension<Identity>>,
    State(board): State<Dashboard>,
    Query(asked): Query<Asked>,
) -> Response {
    let typed = asked.user.as_deref().map(str::trim).filter(|typed| !typed.is_empty());
    if let Some(user) = typed.and_then(|typed| typed.parse::<UserId>().ok()) {
        return to(&site, user);
    }
    // Whoever may only see himself is not told who else there is, whatever he types.
    let own = viewer.filter(|Extension(viewer)| typed.is_none() || !viewer.is_admin());
    if let Some(user) = own.and_then(|Extension(viewer)| viewer.user_id()) {
        return to(&site, user);
    }
    if let ([only], None) = (board.people.as_slice(), typed) {
        return to(&site, only.user);
    }
    let body = html! {
        h1 { "Whose training?" }
        @if !board.people.is_empty() {
            ul class="people card" {
                @for known in board.people.iter() {
                    li { a href={ (site.base) "/" (known.user) } { (known.name) } }
                }
            }
        }
        form class="card stack" method="get" action=(site.base) {
            label for="user" { "The id of a user" }
            input id="user" name="user" required value=[typed] autocomplete="off" spellcheck="false"
                aria-describedby="user-hint" aria-invalid=[typed.map(|_| "true")];
            p id="user-hint" class="quiet" {
                @if typed.is_some() { "This is not an id: " }
                "an id looks like 7b1f0c9e-6a55-4c62-9f0a-3a9d2f1c5e44. It is the " code { "user_id" } " of the workouts."
            }
            button { "Show" }
        }
    };
    let page = Page { title: "Whose training?".to_owned(), tab: "none", body, as_of: None };
    frame::of_nobody(&site, &page).into_response()
}

fn to(site: &Site, user: UserId) -> Response {
    ([(header::VARY, "Cookie")], Redirect::to(&format!("{}/{user}", site.base))).into_response()
}

/// What will be here, and the one command that starts it.
pub(in crate::dashboard) fn empty(visit: &Visit) -> Markup {
    html! {
        h1 class="now" { "Nothing here yet." }
        p { "After the first workout this page says how the week is going, whether it is more than before, and what was beaten." }
        @if visit.writer().is_some() {
            section class="card stack" aria-labelledby="bring" {
                h2 id="bring" { "Bring your training along" }
                p { "A file of Hevy or Strong is all it takes, and every figure here has its years of history." }
                p { a class="button primary" href=(visit.link("/transfer")) { "Import a file" } }
            }
        }
        section class="card stack" aria-labelledby="begin" {
            h2 id="begin" { @if visit.writer().is_some() { "Or begin with one workout" } @else { "Begin with one workout" } }
            @if let Some(url) = visit.performs_at() {
                p { "On the machine where the service runs:" }
                (command(visit, url))
            } @else {
                p { "A service that publishes workouts needs nothing but this user id:" }
                pre { code { (visit.user) } }
            }
            p { "This page notices by itself."
                @if visit.writer().is_none() { " Coming from another app? See " a href=(visit.link("/transfer")) { "Import & export" } "." } }
        }
    }
}

/// A run this morning, to be sent with curl.
fn command(visit: &Visit, url: &str) -> Markup {
    let workout = WorkoutId::from_foreign("dashboard", &format!("{}/first", visit.user));
    let ended = visit.now().strftime("%Y-%m-%dT%H:%M:00Z");
    let started = visit.now().saturating_sub(workout_events::jiff::SignedDuration::from_mins(45));
    let started = started.map_or_else(|_| String::new(), |started| started.strftime("%Y-%m-%dT%H:%M:00Z").to_string());
    let body = format!(
        r#"{{"user_id":"{}","source":{{"name":"curl"}},"activity_type":"running","started_at":"{started}","ended_at":"{ended}","time_zone":"UTC","distance_m":8000,"energy_kcal":480}}"#,
        visit.user
    );
    html! {
        pre tabindex="0" role="region" aria-label="Command" {
            code { "curl -X POST " (url) "/workout/" (workout) "/perform \\\n  -H 'content-type: application/json' \\\n  -d '" (body) "'" }
        }
    }
}
