//! In from other apps, and out to them.

use axum::extract::{Query, Request};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;
use stats_store::{Day, Days};

use crate::dashboard::format::Units;
use crate::dashboard::frame::{Page, message, of_user};
use crate::dashboard::visit::{Failure, Visit};
use crate::export::{Format, Order};
use crate::limit::{AGAIN_S, Full};

/// Which file. Days that are none are not asked for.
#[derive(Deserialize)]
pub(in crate::dashboard) struct Asked {
    format: Option<String>,
    from: Option<String>,
    to: Option<String>,
}

const FILES: [(Format, &str, &str); 5] = [
    (Format::Csv, "Table", "A line for each workout, for a spreadsheet."),
    (Format::Json, "Everything, for programs", "Each workout with its sets, and the sums over them, as JSON."),
    (
        Format::Jsonl,
        "Everything, to move",
        "Events, one a line: in another service of this kind they give the same statistics.",
    ),
    (Format::Hevy, "For Hevy", "What Hevy has columns for."),
    (Format::Strong, "For Strong", "What Strong has columns for."),
];

pub(in crate::dashboard) async fn get(visit: Visit) -> Response {
    let page = page(&visit).await;
    visit.answer(page)
}

pub(in crate::dashboard) async fn export(visit: Visit, Query(asked): Query<Asked>, request: Request) -> Response {
    let (request, _) = request.into_parts();
    let Some(format) = asked.format.as_deref().and_then(Format::from_key) else {
        return visit.site.fail(&Failure::Missing);
    };
    let day = |text: &Option<String>| text.as_deref().and_then(|text| text.parse::<Day>().ok());
    let days = Days::new(day(&asked.from).unwrap_or(Day::MIN), day(&asked.to).unwrap_or(Day::MAX));
    let order = Order { user: visit.user, days, format, units: Some(visit.site.viewer.units.into()) };
    let taker = match visit.take(&request) {
        Ok(taker) => taker,
        Err(full) => return full_house(&visit, full),
    };
    match order.begin(visit.board.reader.clone(), taker).await {
        Ok(file) => file.value.into_response(),
        Err(failed) => visit.site.fail(&failed.into()),
    }
}

fn full_house(visit: &Visit, full: Full) -> Response {
    let (status, what) = match full {
        Full::OfClient => {
            (StatusCode::TOO_MANY_REQUESTS, "You are taking several files already. Wait for one of them to end.")
        }
        Full::InAll => {
            (StatusCode::SERVICE_UNAVAILABLE, "Many files are being taken at the moment. Try again in a few seconds.")
        }
    };
    let page = message("No file yet", what);
    (status, [(header::RETRY_AFTER, AGAIN_S.to_string())], of_user(visit, &page)).into_response()
}

async fn page(visit: &Visit) -> Result<Page, Failure> {
    let lifetime = visit.reader().lifetime(visit.user).await?;
    let zone = visit.site.viewer.zone(&lifetime.value.preferences);
    let workouts = lifetime.value.sums.workouts;
    let body = html! {
        h1 { "Import & export" }
        section aria-labelledby="import" {
            h2 id="import" { "Import" small { "from Hevy or Strong" } }
            @if visit.writer().is_some() { (form(visit, &zone.to_string(), None)) } @else { (command(visit, &zone.to_string())) }
        }
        section aria-labelledby="export" {
            h2 id="export" { "Export" small { (crate::dashboard::format::Amount::Workouts(workouts).words(visit.site.viewer.units)) } }
            @if workouts == 0 {
                p { "Here you will take your training with you, as a table, as everything there is, or for another app." }
            } @else {
                ul class="files card" {
                    @for (format, name, what) in FILES {
                        li {
                            a class="button" download href=(visit.link(&format!("/export?format={}", format.key()))) { (name) }
                            span class="quiet" { (what) }
                        }
                    }
                }
            }
        }
    };
    let title = "Import & export".to_owned();
    // A file that was chosen would be gone if the page renewed itself.
    Ok(Page { title, tab: "/transfer", body, as_of: None })
}

/// Where a file is sent, with what was wrong with the one before.
pub(super) fn form(visit: &Visit, zone: &str, wrong: Option<&str>) -> Markup {
    let imperial = visit.site.viewer.units == Units::Imperial;
    html! {
        form class="card fields" method="post" enctype="multipart/form-data" action=(visit.link("/import")) {
            label class="whole" { "The CSV file that the app has exported"
                input type="file" name="file" accept=".csv,text/csv" required
                    aria-invalid=[wrong.map(|_| "true")] aria-describedby=[wrong.map(|_| "file-wrong")];
                @if let Some(wrong) = wrong { span class="wrong" id="file-wrong" { (wrong) } }
            }
            label { "App"
                select name="app" {
                    option value="" { "Find out" } option value="hevy" { "Hevy" } option value="strong" { "Strong" }
                }
            }
            label { "Time zone of its clocks"
                input name="zone" value=(zone) required autocomplete="off" spellcheck="false";
            }
            label { "Units it does not name"
                select name="units" {
                    option value="metric" selected[!imperial] { "kg, km" } option value="imperial" selected[imperial] { "lb, mi" }
                }
            }
            button class="primary" { "Look into the file" }
            p class="quiet whole" { "Nothing is written yet: the next page says what would be. Importing a file twice changes nothing." }
        }
    }
}

/// Where pages only show, the command does it.
fn command(visit: &Visit, zone: &str) -> Markup {
    let units = if visit.site.viewer.units == Units::Imperial { " --weight lb --distance mi" } else { "" };
    let line =
        |app: &str| format!("workout import {app} {app}.csv --user {} --zone {zone}{units} --store $STORE", visit.user);
    html! {
        p { "Export a CSV file in the app, then run this where the store can be reached. " code { "$STORE" }
            " is its address, such as " code { "sqlite://stats.db" } "." }
        @for (name, app) in [("Hevy", "hevy"), ("Strong", "strong")] {
            h3 { (name) }
            pre tabindex="0" role="region" aria-label={ "Command: " (name) } { code { (line(app)) } }
        }
        p class="quiet" { "Importing a file twice changes nothing. " code { "--dry-run" } " says what would be done." }
    }
}
