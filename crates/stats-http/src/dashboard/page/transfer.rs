//! In from other apps, and out to them. Files are read and written by the command, which a service need not be reached by.

use axum::response::Response;
use maud::{Markup, html};

use crate::dashboard::format::Units;
use crate::dashboard::frame::Page;
use crate::dashboard::visit::{Failure, Visit};

pub(in crate::dashboard) async fn get(visit: Visit) -> Response {
    let page = page(&visit).await;
    visit.answer(page)
}

async fn page(visit: &Visit) -> Result<Page, Failure> {
    let lifetime = visit.reader().lifetime(visit.user).await?;
    let zone = visit.site.viewer.zone(&lifetime.value.preferences);
    let (user, units) = (visit.user, units(visit.site.viewer.units));
    let read = |app: &str| format!("workout import {app} {app}.csv --user {user} --zone {zone}{units} --store $STORE");
    let write = |format: &str, file: &str| format!("workout export {format} --user {user} --store $STORE -o {file}");
    let body = html! {
        h1 { "Import & export" }
        section aria-labelledby="import" {
            h2 id="import" { "Import" }
            p { "Export a CSV file in the app, then run this where the store can be reached. " code { "$STORE" }
                " is its address, such as " code { "sqlite://stats.db" } "." }
            (command("Hevy", &read("hevy")))
            (command("Strong", &read("strong")))
            p class="quiet" { "Importing a file twice changes nothing: a workout is known by its user, app, title and start. " code { "--dry-run" }
                " says what would be done. A line that cannot be read rejects its workout and no other." }
        }
        section aria-labelledby="export" {
            h2 id="export" { "Export" }
            p { "Everything, in the form in which services exchange it, or what another app has columns for:" }
            (command("Everything", &write("jsonl", "workouts.jsonl")))
            (command("For Hevy", &write("hevy", "hevy.csv")))
            (command("For Strong", &write("strong", "strong.csv")))
        }
    };
    let title = "Import & export".to_owned();
    Ok(Page { title, tab: "/transfer", body, as_of: Some(lifetime.as_of) })
}

/// What a file means that does not say it.
fn units(units: Units) -> &'static str {
    match units {
        Units::Metric => "",
        Units::Imperial => " --weight lb --distance mi",
    }
}

fn command(name: &str, line: &str) -> Markup {
    html! {
        h3 { (name) }
        pre tabindex="0" role="region" aria-label={ "Command: " (name) } { code { (line) } }
    }
}
