//! What is around every page.

use axum::response::Html;
use maud::{DOCTYPE, Markup, html};
use stats_store::AsOf;

use super::asset;
use super::format::Units;
use super::viewer::Theme;
use super::visit::{Site, Visit};

/// A page, without what is around it.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) title: String,
    /// The place in the navigation.
    pub(crate) tab: &'static str,
    pub(crate) body: Markup,
    /// The moment that its figures are of.
    pub(crate) as_of: Option<AsOf>,
}

/// The places to go to: path and name.
const TABS: [(&str, &str); 7] = [
    ("", "Overview"),
    ("/workouts", "Workouts"),
    ("/exercises", "Exercises"),
    ("/records", "Records"),
    ("/goals", "Goals"),
    ("/leaderboard", "Leaderboard"),
    ("/transfer", "Import & export"),
];

/// A page of a user.
pub(crate) fn of_user(visit: &Visit, page: &Page) -> Html<String> {
    let tabs = html! {
        nav aria-label="Pages" {
            ul {
                @for (path, name) in TABS {
                    li { a href=(visit.link(path)) aria-current=[(path == page.tab).then_some("page")] { (name) } }
                }
            }
        }
    };
    let live = page.as_of.map(|as_of| (visit.link(""), as_of.version.to_string()));
    whole(&visit.site, page, Some(visit), &tabs, live)
}

/// A page that is nobody's.
pub(crate) fn of_nobody(site: &Site, page: &Page) -> Html<String> {
    whole(site, page, None, &html! {}, None)
}

/// A page that says one thing.
pub(crate) fn message(title: &str, what: &str) -> Page {
    let body = html! { h1 { (title) } p { (what) } };
    Page { title: title.to_owned(), tab: "none", body, as_of: None }
}

fn whole(
    site: &Site,
    page: &Page,
    visit: Option<&Visit>,
    tabs: &Markup,
    live: Option<(String, String)>,
) -> Html<String> {
    let name = visit.and_then(Visit::name);
    let own = visit.map(|visit| visit.link("/settings"));
    let own = own.as_deref();
    let theme = match site.viewer.theme {
        Theme::Auto => None,
        Theme::Light => Some("light"),
        Theme::Dark => Some("dark"),
    };
    let (live_at, version) = live.unzip();
    let page = html! {
        (DOCTYPE)
        html lang="en" data-theme=[theme] {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (page.title) @if let Some(name) = name { " · " (name) } }
                link rel="icon" type="image/svg+xml" href=(asset::ICON.link(&site.base));
                link rel="stylesheet" href=(asset::STYLE.link(&site.base));
                script src=(asset::SCRIPT.link(&site.base)) defer {}
            }
            body {
                a class="skip" href="#main" { "Skip to content" }
                header class="top" {
                    a class="brand" href=(site.base) { @if let Some(name) = name { (name) } @else { "Training" } }
                    (tabs)
                    @if site.has_choices { (settings(site, own)) }
                }
                p class="news" role="status" id="news" {}
                main id="main" tabindex="-1" data-version=[version] data-live-at=[live_at] { (page.body) }
                footer { @if let Some(as_of) = page.as_of { (moment(as_of)) } }
            }
        }
    };
    Html(page.into_string())
}

/// Which moment, and by which definition.
fn moment(as_of: AsOf) -> Markup {
    html! {
        p class="quiet" {
            @if let Some(changed_at) = as_of.changed_at {
                "As of " time datetime=(changed_at) { (changed_at.strftime("%-d %b %Y, %H:%M UTC")) }
                " · change " (as_of.version) " · definition " (as_of.definition)
            } @else {
                "Nothing is known yet."
            }
        }
    }
}

/// Each choice is a button, so that it works without a script.
fn settings(site: &Site, own: Option<&str>) -> Markup {
    let viewer = &site.viewer;
    let is = |chosen: bool| if chosen { "true" } else { "false" };
    html! {
        details class="settings" {
            summary { "Settings" }
            div class="menu" {
                form method="post" action={ (site.base) "/settings" } {
                    input type="hidden" name="back" value=(site.here);
                    fieldset {
                        legend { "Theme" }
                        @for (value, name, theme) in
                            [("auto", "Auto", Theme::Auto), ("light", "Light", Theme::Light), ("dark", "Dark", Theme::Dark)] {
                            button name="theme" value=(value) aria-pressed=(is(viewer.theme == theme)) { (name) }
                        }
                    }
                    fieldset {
                        legend { "Units" }
                        @for (value, name, units) in
                            [("metric", "kg, km", Units::Metric), ("imperial", "lb, mi", Units::Imperial)] {
                            button name="units" value=(value) aria-pressed=(is(viewer.units == units)) { (name) }
                        }
                    }
                    fieldset {
                        legend { "Week starts on" }
                        @for (value, name) in [("monday", "Monday"), ("sunday", "Sunday"), ("saturday", "Saturday")] {
                            button name="week" value=(value) aria-pressed=(is(viewer.chosen_week() == Some(value))) { (name) }
                        }
                    }
                    @if let Some(own) = own { p { a href=(own) { "All settings" } } }
                }
                @if let Some(sign_out) = &site.sign_out { form method="post" action=(sign_out) { button { "Sign out" } } }
            }
        }
    }
}
