//! How somebody counts, and what others see.

use axum::Form;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{AppendHeaders, IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;
use stats_store::{Board, Preferences, RankedBy, Span};
use workout_events::types::user::{Units, UserPreferencesChanged, UserVisibilityChanged, WeekStart};
use workout_events::{ZoneName, jiff};

use crate::dashboard::form::{Faults, Pairs, fault};
use crate::dashboard::format;
use crate::dashboard::frame::{Page, of_user};
use crate::dashboard::own::{Own, Undone};
use crate::dashboard::viewer;
use crate::dashboard::visit::{Failure, Visit};

/// Of those on the leaderboard. Whoever is further down types the name again to change it.
const MOST_NAMES: u16 = 500;

/// What was done before this page.
#[derive(Deserialize)]
pub(in crate::dashboard) struct Asked {
    done: Option<String>,
}

/// What stands in the fields.
struct Fields {
    units: String,
    week_start: String,
    day_start_hour: String,
    zone: String,
    leaderboard: bool,
    name: String,
}

pub(in crate::dashboard) async fn get(visit: Visit, Query(asked): Query<Asked>) -> Response {
    let page = match now(&visit).await {
        Ok((fields, _)) => Ok(page(&visit, &fields, &Faults::default(), asked.done.is_some())),
        Err(failure) => Err(failure),
    };
    visit.answer(page)
}

/// Writes what is another than before.
pub(in crate::dashboard) async fn change(own: Own, Form(pairs): Form<Pairs>) -> Response {
    let visit = &own.visit;
    let (before, preferences) = match now(visit).await {
        Ok(now) => now,
        Err(failure) => return visit.site.fail(&failure),
    };
    let fields = Fields::read(&pairs);
    let mut faults = Faults::default();
    let wishes = fields.wishes(visit, &before, &preferences, &mut faults);
    let shown = fields.shown(visit, &before);
    if faults.is_empty() {
        match write(&own, wishes, shown).await {
            // What was chosen for this browser alone would hide what was chosen for everywhere.
            Ok(()) => {
                return (AppendHeaders(viewer::forget(&visit.site.base)), visit.to("/settings?done=saved"))
                    .into_response();
            }
            Err(Undone::Broken(violations)) => faults = Faults::broken(&violations),
            Err(Undone::Failed(failure)) => return visit.site.fail(&failure),
        }
    }
    (StatusCode::UNPROCESSABLE_ENTITY, of_user(visit, &page(visit, &fields, &faults, false))).into_response()
}

async fn write(
    own: &Own,
    wishes: Option<UserPreferencesChanged>,
    shown: Option<UserVisibilityChanged>,
) -> Result<(), Undone> {
    if let Some(wishes) = wishes {
        own.say(wishes).await?;
    }
    if let Some(shown) = shown {
        own.say(shown).await?;
    }
    Ok(())
}

/// What holds now.
async fn now(visit: &Visit) -> Result<(Fields, Preferences), Failure> {
    let preferences = visit.reader().lifetime(visit.user).await?.value.preferences;
    let name = if preferences.leaderboard { name(visit, &preferences).await? } else { String::new() };
    let units = Units::from(visit.site.viewer.units);
    let fields = Fields {
        units: units.as_str().to_owned(),
        week_start: visit.site.viewer.week_start(&preferences).as_str().to_owned(),
        day_start_hour: preferences.day_start_hour.to_string(),
        zone: visit.site.viewer.zone(&preferences).to_string(),
        leaderboard: preferences.leaderboard,
        name,
    };
    Ok((fields, preferences))
}

/// What others read. Only the leaderboard knows.
async fn name(visit: &Visit, preferences: &Preferences) -> Result<String, Failure> {
    let board = Board::new(Span::Ever, visit.today(preferences), RankedBy::Workouts).limit(MOST_NAMES);
    let ranked = visit.reader().leaderboard(&board).await?;
    let own = ranked.into_iter().find(|ranked| ranked.user_id == visit.user);
    Ok(own.and_then(|own| own.display_name).unwrap_or_default())
}

impl Fields {
    fn read(pairs: &Pairs) -> Self {
        let field = |name: &str| pairs.get(name).map(|value| value.trim().to_owned()).unwrap_or_default();
        Self {
            units: field("units"),
            week_start: field("week_start"),
            day_start_hour: field("day_start_hour"),
            zone: field("zone"),
            leaderboard: pairs.contains_key("leaderboard"),
            name: field("name"),
        }
    }

    fn wishes(
        &self,
        visit: &Visit,
        before: &Self,
        known: &Preferences,
        faults: &mut Faults,
    ) -> Option<UserPreferencesChanged> {
        let mut wishes = UserPreferencesChanged::new(visit.user);
        wishes.units = Units::ALL.iter().copied().find(|units| units.as_str() == self.units);
        wishes.week_start = WeekStart::ALL.iter().copied().find(|day| day.as_str() == self.week_start);
        wishes.day_start_hour = self.day_start_hour.parse().ok();
        if wishes.day_start_hour.is_none() {
            faults.add("day_start_hour", "Choose an hour.");
        }
        if self.zone != before.zone || known.time_zone.is_none() {
            wishes.time_zone = ZoneName::new(&self.zone).ok();
            if wishes.time_zone.is_none() {
                faults.add("zone", "There is no such time zone. It is written as Europe/Berlin or America/New_York.");
            }
        }
        wishes.units = wishes.units.filter(|units| known.units != Some(*units));
        wishes.week_start = wishes.week_start.filter(|day| known.week_start != Some(*day));
        wishes.day_start_hour = wishes.day_start_hour.filter(|hour| known.day_start_hour != *hour);
        Some(wishes).filter(|wishes| *wishes != UserPreferencesChanged::new(visit.user))
    }

    fn shown(&self, visit: &Visit, before: &Self) -> Option<UserVisibilityChanged> {
        let mut shown = UserVisibilityChanged::new(visit.user);
        shown.leaderboard = Some(self.leaderboard).filter(|wanted| *wanted != before.leaderboard);
        shown.display_name = Some(self.name.clone()).filter(|name| !name.is_empty() && *name != before.name);
        Some(shown).filter(|shown| *shown != UserVisibilityChanged::new(visit.user))
    }
}

fn page(visit: &Visit, fields: &Fields, faults: &Faults, is_done: bool) -> Page {
    let body = html! {
        h1 { "Settings" }
        @if is_done { p class="done" role="status" { "Saved." } }
        (faults.summary())
        @if visit.writer().is_some() {
            form method="post" action=(visit.link("/settings")) { (counting(fields, faults)) (showing(fields, faults))
                p { button class="primary" { "Save" } }
            }
        } @else {
            p { "These are changed where you sign in to train, and shown here." }
            (told(fields))
        }
    };
    Page { title: "Settings".to_owned(), tab: "/settings", body, as_of: None }
}

fn counting(fields: &Fields, faults: &Faults) -> Markup {
    let zone_wrong = faults.of("zone").is_some();
    html! {
        section aria-labelledby="counting" {
            h2 id="counting" { "How you count" }
            div class="card fields" {
                label { "Units"
                    select name="units" {
                        option value="metric" selected[fields.units == "metric"] { "Kilograms, kilometres" }
                        option value="imperial" selected[fields.units == "imperial"] { "Pounds, miles" }
                    }
                }
                label { "The week starts on"
                    select name="week_start" {
                        @for day in [WeekStart::Monday, WeekStart::Sunday, WeekStart::Saturday] {
                            option value=(day) selected[fields.week_start == day.as_str()] { (format::sentence(day.as_str())) }
                        }
                    }
                }
                label { "The day starts at"
                    select name="day_start_hour" {
                        @for hour in 0..24 {
                            option value=(hour) selected[fields.day_start_hour == hour.to_string()] { (format!("{hour:02}:00")) }
                        }
                    }
                    small { "A workout before this hour belongs to the day before." }
                }
                label { "Time zone"
                    input name="zone" list="zones" value=(fields.zone) required autocomplete="off" spellcheck="false"
                        aria-invalid=[zone_wrong.then_some("true")] aria-describedby=[zone_wrong.then_some("zone-wrong")];
                    (fault(faults, "zone"))
                    small { "Says what \u{201c}today\u{201d} is. Each workout keeps the zone it was done in." }
                }
                datalist id="zones" { @for zone in zones() { option value=(zone) {} } }
            }
        }
    }
}

fn showing(fields: &Fields, faults: &Faults) -> Markup {
    let wrong = faults.of("name").is_some();
    html! {
        section aria-labelledby="showing" {
            h2 id="showing" { "What others see" }
            div class="card fields" {
                label class="check" {
                    input type="checkbox" name="leaderboard" value="yes" checked[fields.leaderboard];
                    "Show me on the leaderboard"
                    small { "Your name and your sums. No workout of yours is shown." }
                }
                label { "My name there"
                    input name="name" value=(fields.name) maxlength="40" autocomplete="nickname"
                        aria-invalid=[wrong.then_some("true")] aria-describedby=[wrong.then_some("name-wrong")];
                    (fault(faults, "name"))
                }
            }
        }
    }
}

fn told(fields: &Fields) -> Markup {
    html! {
        dl class="facts card" {
            div { dt { "Units" } dd { (format::sentence(&fields.units)) } }
            div { dt { "The week starts on" } dd { (format::sentence(&fields.week_start)) } }
            div { dt { "The day starts at" } dd { (fields.day_start_hour) ":00" } }
            div { dt { "Time zone" } dd { (fields.zone) } }
            div { dt { "On the leaderboard" } dd { @if fields.leaderboard { "yes" } @else { "no" } } }
        }
    }
}

/// Those with a place in their name: the others are there for old programs.
fn zones() -> Vec<String> {
    let names = jiff::tz::db().available().map(|name| name.to_string());
    let mut names: Vec<_> = names.filter(|name| name.contains('/') && !name.starts_with("Etc/")).collect();
    names.push("UTC".to_owned());
    names
}
