//! Workouts, the last one first, page by page.

use axum::extract::Query;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::{Error, StrDeserializer};
use stats_store::{After, Day, Days, Tries, WholeWorkout, WorkoutFilter};
use workout_events::ActivityType;

use super::{start, workout};
use crate::dashboard::figure::brief;
use crate::dashboard::format;
use crate::dashboard::frame::Page;
use crate::dashboard::visit::{Failure, Visit, of_one_moment};

/// On a page.
const LIMIT: u16 = 25;

/// In a line of the list.
const MOST_EXERCISES: usize = 2;

/// As it stands in the address; an empty field asks for nothing.
#[derive(Deserialize)]
pub(in crate::dashboard) struct Asked {
    activity: Option<String>,
    from: Option<String>,
    to: Option<String>,
    after: Option<String>,
}

pub(in crate::dashboard) async fn get(visit: Visit, Query(asked): Query<Asked>) -> Response {
    let page = page(&visit, &asked).await;
    visit.answer(page)
}

async fn page(visit: &Visit, asked: &Asked) -> Result<Page, Failure> {
    let activity = asked.activity.as_deref().and_then(activity_of);
    let day = |text: &Option<String>| text.as_deref().and_then(|text| text.parse::<Day>().ok());
    let (from, to) = (day(&asked.from), day(&asked.to));
    let mut filter = WorkoutFilter::new(LIMIT + 1).days(Days::new(from.unwrap_or(Day::MIN), to.unwrap_or(Day::MAX)));
    if let Some(activity) = activity {
        filter = filter.activity(activity);
    }
    if let Some(after) = asked.after.as_deref().and_then(place) {
        filter = filter.after_key(after);
    }
    let mut tries = Tries::new();
    let (lifetime, activities, found) = loop {
        tries.again()?;
        let lifetime = visit.reader().lifetime(visit.user).await?;
        let activities = visit.reader().sums(visit.user, Days::ALL).await?;
        let found = visit.reader().whole_workouts(visit.user, &filter).await?;
        if of_one_moment(&[lifetime.as_of, activities.as_of, found.as_of]) {
            break (lifetime, activities.value, found);
        }
    };
    let today = visit.today(&lifetime.value.preferences);
    let more = found.value.len() > usize::from(LIMIT);
    let shown = &found.value[..found.value.len().min(usize::from(LIMIT))];
    let next = shown.last().filter(|_| more).map(|last| next(visit, asked, last));
    let is_filtered = activity.is_some() || from.is_some() || to.is_some();
    let body = html! {
        h1 { "Workouts" }
        @if lifetime.value.sums.workouts == 0 {
            (start::empty(visit))
        } @else {
            form class="filters" method="get" {
                label { "Activity"
                    select name="activity" {
                        option value="" { "All" }
                        @for sums in &activities {
                            option value=(sums.activity) selected[activity == Some(sums.activity)] {
                                (format::activity(sums.activity)) " (" (sums.sums.workouts) ")"
                            }
                        }
                    }
                }
                label { "From" input type="date" name="from" value=[from]; }
                label { "To" input type="date" name="to" value=[to]; }
                button { "Filter" }
                @if is_filtered { a href=(visit.link("/workouts")) { "Clear" } }
            }
            @if shown.is_empty() { p { "No workout matches." } }
            (list(visit, shown, today))
            nav class="pages" aria-label="Pages of workouts" {
                @if asked.after.is_some() { a href=(visit.link("/workouts")) { "First page" } }
                @if let Some(next) = next { a href=(next) rel="next" { "Older" } }
            }
        }
    };
    Ok(Page { title: "Workouts".to_owned(), tab: "/workouts", body, as_of: Some(found.as_of) })
}

/// The first of them, which are the ones that a day is for.
fn exercises(workout: &WholeWorkout) -> Option<String> {
    let names: Vec<_> = workout.data.exercises.iter().map(|exercise| exercise.name.as_str()).collect();
    let more = if names.len() > MOST_EXERCISES { ", …" } else { "" };
    (!names.is_empty()).then(|| names[..names.len().min(MOST_EXERCISES)].join(", ") + more)
}

fn list(visit: &Visit, workouts: &[WholeWorkout], today: Day) -> Markup {
    let units = visit.site.viewer.units;
    let month_of = |found: &WholeWorkout| found.brief.day.date().first_of_month();
    html! {
        @for month in workouts.chunk_by(|one, two| month_of(one) == month_of(two)) {
            h2 { (format::month(month[0].brief.day, true)) }
            ol class="workouts" {
                @for found in month {
                    @let title = workout::title(found);
                    li class="card" {
                        a class="title" href=(visit.link(&format!("/workouts/{}", found.brief.workout_id))) { (title) }
                        span class="quiet" {
                            (workout::when(found, today))
                            @if title != format::activity(found.brief.activity) { " · " (format::activity(found.brief.activity)) }
                            @if let Some(exercises) = exercises(found) { " · " (exercises) }
                        }
                        span class="value" { (brief(&found.brief, units).join(" · ")) }
                    }
                }
            }
        }
    }
}

pub(super) fn activity_of(name: &str) -> Option<ActivityType> {
    let name: StrDeserializer<'_, Error> = name.into_deserializer();
    ActivityType::deserialize(name).ok()
}

/// What an `after` in an address says: microseconds, and the workout.
pub(super) fn place(text: &str) -> Option<After> {
    let (at, workout_id) = text.split_once('_')?;
    let started_at = workout_events::jiff::Timestamp::from_microsecond(at.parse().ok()?).ok()?;
    Some(After { started_at, workout_id: workout_id.parse().ok()? })
}

pub(super) fn place_of(last: &stats_store::Performed) -> String {
    format!("{}_{}", last.started_at.as_microsecond(), last.workout_id)
}

fn next(visit: &Visit, asked: &Asked, last: &WholeWorkout) -> String {
    let mut href = visit.link(&format!("/workouts?after={}", place_of(&last.brief)));
    for (name, value) in [("activity", &asked.activity), ("from", &asked.from), ("to", &asked.to)] {
        // Only what was understood: an activity and days have no letter that an address would have to hide.
        if let Some(value) = value
            .as_deref()
            .filter(|value| value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte)))
        {
            href.extend(["&", name, "=", value]);
        }
    }
    href
}
