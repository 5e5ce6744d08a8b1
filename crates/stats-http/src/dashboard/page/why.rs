//! Why a figure is what it is: its definition, the workouts behind it, of how many it is known, and as of when.

use axum::extract::Query;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use stats_store::{Day, Days, Performed, Tally, Tries, WorkoutFilter};
use workout_events::ActivityType;

use super::workouts::{activity_of, place, place_of};
use crate::dashboard::figure::Figure;
use crate::dashboard::format;
use crate::dashboard::frame::Page;
use crate::dashboard::visit::{Failure, Visit, of_one_moment};

/// On a page.
const LIMIT: u16 = 100;

#[derive(Deserialize)]
pub(in crate::dashboard) struct Asked {
    figure: Option<String>,
    from: Option<String>,
    to: Option<String>,
    activity: Option<String>,
    after: Option<String>,
}

/// What is asked, as far as it is understood.
struct Question {
    figure: Figure,
    days: Days,
    activity: Option<ActivityType>,
}

pub(in crate::dashboard) async fn get(visit: Visit, Query(asked): Query<Asked>) -> Response {
    let page = page(&visit, &asked).await;
    visit.answer(page)
}

async fn page(visit: &Visit, asked: &Asked) -> Result<Page, Failure> {
    let day = |text: &Option<String>| text.as_deref().and_then(|text| text.parse::<Day>().ok()).ok_or(Failure::Missing);
    let question = Question {
        figure: asked.figure.as_deref().and_then(Figure::from_key).ok_or(Failure::Missing)?,
        days: Days::new(day(&asked.from)?, day(&asked.to)?),
        activity: asked.activity.as_deref().and_then(activity_of),
    };
    let mut filter = WorkoutFilter::new(LIMIT + 1).days(question.days);
    if let Some(activity) = question.activity {
        filter = filter.activity(activity);
    }
    if let Some(after) = asked.after.as_deref().and_then(place) {
        filter = filter.after_key(after);
    }
    let mut tries = Tries::new();
    let (lifetime, total, found) = loop {
        tries.again()?;
        let (reader, user) = (visit.reader(), visit.user);
        let lifetime = reader.lifetime(user).await?;
        let total = reader.total(user, question.days, question.activity).await?;
        let found = reader.workouts(user, &filter).await?;
        if of_one_moment(&[lifetime.as_of, total.as_of, found.as_of]) {
            break (lifetime.value, total.value, found);
        }
    };
    let today = visit.today(&lifetime.preferences);
    let shown = &found.value[..found.value.len().min(usize::from(LIMIT))];
    let more = shown.last().filter(|_| found.value.len() > shown.len());
    let body = html! {
        h1 { "Why " (question.figure.text(visit, &total)) "?" }
        (definition(visit, &question, &total, today))
        (behind(visit, question.figure, shown, today))
        nav class="pages" aria-label="Pages of workouts" {
            @if let Some(last) = more { a href=(question.next(visit, last)) rel="next" { "Older" } }
        }
    };
    let title = format!("Why: {}", question.figure.name());
    Ok(Page { title, tab: "none", body, as_of: Some(found.as_of) })
}

impl Figure {
    fn text(self, visit: &Visit, sums: &Tally) -> String {
        self.of(sums).words(visit.site.viewer.units)
    }
}

impl Question {
    fn next(&self, visit: &Visit, last: &Performed) -> String {
        let activity = self.activity.map(|activity| format!("&activity={activity}")).unwrap_or_default();
        format!("{}{activity}&after={}", visit.why(self.figure, self.days), place_of(last))
    }

    fn stretch(&self, today: Day) -> String {
        let (first, last) = (format::day(self.days.first, today), format::day(self.days.last, today));
        if self.days.first == self.days.last { first } else { format!("{first} – {last}") }
    }
}

fn definition(visit: &Visit, question: &Question, total: &Tally, today: Day) -> Markup {
    let of = question.activity.map_or_else(|| "all activities".to_owned(), format::activity);
    let coverage = question.figure.coverage(total).unwrap_or_else(|| "known for all workouts".to_owned());
    html! {
        dl class="facts card" {
            div { dt { (question.figure.name()) } dd data-figure="total" { (question.figure.text(visit, total)) } }
            div { dt { "Days" } dd { (question.stretch(today)) } }
            div { dt { "Of" } dd { (of) } }
            div { dt { "Workouts" } dd { (total.workouts) } }
            div { dt { "Coverage" } dd { (coverage) } }
        }
        p { (question.figure.meaning()) " A workout belongs to the day on which it began by the clocks of its own zone." }
    }
}

fn behind(visit: &Visit, figure: Figure, workouts: &[Performed], today: Day) -> Markup {
    let units = visit.site.viewer.units;
    html! {
        @if workouts.is_empty() {
            p { "There is no workout in these days." }
        } @else {
            div class="card scroll" tabindex="0" role="region" aria-label="Workouts behind the figure" {
                table {
                    caption class="hidden" { "The workouts behind it, the last one first" }
                    thead { tr { th scope="col" { "Workout" } th scope="col" { "Activity" } th scope="col" { (figure.name()) } } }
                    tbody {
                        @for workout in workouts {
                            tr {
                                th scope="row" {
                                    a href=(visit.link(&format!("/workouts/{}", workout.workout_id))) { (format::day(workout.day, today)) }
                                }
                                td { (format::activity(workout.activity)) }
                                td { (figure.of_workout(workout).text(units)) }
                            }
                        }
                    }
                }
            }
        }
    }
}
