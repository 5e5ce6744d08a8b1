//! Who did how much, of those who want to be seen.

use axum::extract::Query;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use stats_store::{Board, Ranked, RankedBy, Span};

use crate::dashboard::chart::meter;
use crate::dashboard::format::{Amount, real};
use crate::dashboard::frame::Page;
use crate::dashboard::visit::{Failure, Visit};

const LIMIT: u16 = 50;

const SPANS: [(&str, &str, Span); 4] = [
    ("week", "This week", Span::Week),
    ("month", "This month", Span::Month),
    ("year", "This year", Span::Year),
    ("ever", "Ever", Span::Ever),
];

const MEASURES: [(&str, &str, RankedBy); 4] = [
    ("workouts", "Workouts", RankedBy::Workouts),
    ("time", "Time", RankedBy::DurationS),
    ("distance", "Distance", RankedBy::DistanceM),
    ("volume", "Volume", RankedBy::VolumeG),
];

/// As it stands in the address.
#[derive(Deserialize)]
pub(in crate::dashboard) struct Asked {
    span: Option<String>,
    by: Option<String>,
}

pub(in crate::dashboard) async fn get(visit: Visit, Query(asked): Query<Asked>) -> Response {
    let page = page(&visit, &asked).await;
    visit.answer(page)
}

async fn page(visit: &Visit, asked: &Asked) -> Result<Page, Failure> {
    let span = SPANS.into_iter().find(|(key, ..)| asked.span.as_deref() == Some(key)).unwrap_or(SPANS[0]);
    let by = MEASURES.into_iter().find(|(key, ..)| asked.by.as_deref() == Some(key)).unwrap_or(MEASURES[0]);
    let lifetime = visit.reader().lifetime(visit.user).await?;
    let preferences = &lifetime.value.preferences;
    let board = Board::new(span.2, visit.today(preferences), by.2).limit(LIMIT);
    let people = visit.reader().leaderboard(&board).await?;
    let href = |span: &str, by: &str| visit.link(&format!("/leaderboard?span={span}&by={by}"));
    let body = html! {
        h1 { "Leaderboard" }
        div class="choices" {
            ul class="choice" aria-label="Stretch" {
                @for (key, name, _) in SPANS {
                    li { a href=(href(key, by.0)) aria-current=[(key == span.0).then_some("true")] { (name) } }
                }
            }
            ul class="choice" aria-label="Measure" {
                @for (key, name, _) in MEASURES {
                    li { a href=(href(span.0, key)) aria-current=[(key == by.0).then_some("true")] { (name) } }
                }
            }
        }
        (list(visit, &people, by.2))
        @if !preferences.leaderboard {
            p class="quiet" { "You are not shown here. "
                a href=(visit.link("/settings")) { "Whoever wants to be, says so." } }
        }
    };
    Ok(Page { title: "Leaderboard".to_owned(), tab: "/leaderboard", body, as_of: Some(lifetime.as_of) })
}

fn list(visit: &Visit, people: &[Ranked], by: RankedBy) -> Markup {
    let most = people.first().map_or(1, |first| first.value.max(1));
    html! {
        @if people.is_empty() {
            p { "Nobody who wants to be seen has anything to show in this stretch." }
        } @else {
            ol class="goals card" {
                @for ranked in people {
                    li {
                        div class="row" {
                            strong { (ranked.rank) ". " (name(visit, ranked)) }
                            span class="value" { (value(by, ranked.value).words(visit.site.viewer.units)) }
                        }
                        (meter(real(ranked.value) / real(most), None, false))
                    }
                }
            }
        }
    }
}

fn name(visit: &Visit, ranked: &Ranked) -> String {
    let name = ranked.display_name.as_deref().unwrap_or("Without a name");
    if ranked.user_id == visit.user { format!("{name} (you)") } else { name.to_owned() }
}

fn value(by: RankedBy, value: i64) -> Amount {
    match by {
        RankedBy::DurationS => Amount::Seconds(value),
        RankedBy::DistanceM => Amount::DistanceM(Some(value)),
        RankedBy::VolumeG => Amount::VolumeG(Some(value)),
        _ => Amount::Workouts(value),
    }
}
