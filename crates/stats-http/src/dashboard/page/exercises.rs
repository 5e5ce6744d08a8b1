//! Which exercises there are, and how much of each.

use axum::response::Response;
use maud::html;

use crate::dashboard::format::{self, grouped};
use crate::dashboard::frame::Page;
use crate::dashboard::visit::{Failure, Visit};

pub(in crate::dashboard) async fn get(visit: Visit) -> Response {
    let page = page(&visit).await;
    visit.answer(page)
}

async fn page(visit: &Visit) -> Result<Page, Failure> {
    let found = visit.reader().exercises(visit.user).await?;
    let mut exercises = found.value;
    exercises.sort_by(|one, two| two.workouts.cmp(&one.workouts).then_with(|| one.exercise_id.cmp(&two.exercise_id)));
    let units = visit.site.viewer.units;
    let body = html! {
        h1 { "Exercises" }
        @if exercises.is_empty() {
            p { "Each exercise of a workout with sets has a page here, with its trend and its records." }
            p { "A workout brings them in its field " code { "exercises" } "." }
        } @else {
            div class="card scroll" tabindex="0" role="region" aria-label="Exercises" {
                table {
                    caption class="hidden" { "Exercises, those done most often first" }
                    thead {
                        tr {
                            th scope="col" { "Exercise" } th scope="col" { "Workouts" } th scope="col" { "Sets" }
                            th scope="col" { "Reps" } th scope="col" { "Volume" }
                        }
                    }
                    tbody {
                        @for sums in &exercises {
                            tr {
                                th scope="row" {
                                    a href=(visit.link(&format!("/exercises/{}", sums.exercise_id))) {
                                        (format::exercise(&sums.exercise_id))
                                    }
                                }
                                td { (grouped(sums.workouts)) } td { (grouped(sums.sets)) } td { (grouped(sums.reps)) }
                                td { @if sums.volume_g > 0 { (units.volume(sums.volume_g)) } @else { "–" } }
                            }
                        }
                    }
                }
            }
        }
    };
    Ok(Page { title: "Exercises".to_owned(), tab: "/exercises", body, as_of: Some(found.as_of) })
}
