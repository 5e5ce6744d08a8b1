//! Goals: those under way, and those that are over.

use axum::response::Response;
use maud::{Markup, html};
use stats_store::{GoalStanding, GoalStatus};

use crate::dashboard::frame::Page;
use crate::dashboard::goal::line;
use crate::dashboard::visit::{Failure, Visit, of_one_moment};

pub(in crate::dashboard) async fn get(visit: Visit) -> Response {
    let page = page(&visit).await;
    visit.answer(page)
}

async fn page(visit: &Visit) -> Result<Page, Failure> {
    let (today, goals) = loop {
        let lifetime = visit.reader().lifetime(visit.user).await?;
        let today = visit.today(&lifetime.value.preferences);
        let goals = visit.reader().goals(visit.user, today).await?;
        if of_one_moment(&[lifetime.as_of, goals.as_of]) {
            break (today, goals);
        }
    };
    let is_over = |standing: &&GoalStanding| standing.status == GoalStatus::Cancelled || standing.days.last < today;
    let (over, now): (Vec<_>, Vec<_>) = goals.value.iter().partition(is_over);
    let list = |title: &str, id: &str, standings: &[&GoalStanding]| -> Markup {
        html! {
            @if !standings.is_empty() {
                section aria-labelledby=(id) {
                    h2 id=(id) { (title) }
                    ul class="goals card" { @for standing in standings { (line(visit, standing, today)) } }
                }
            }
        }
    };
    let body = html! {
        h1 { "Goals" }
        @if goals.value.is_empty() {
            p { "A goal is a number to reach in a day, a week, a month or a year: workouts, time, distance, climbing, energy, volume, an estimated max, or days in a row." }
            p { "The bar shows how far it has come, and the mark on it where it is heading if things go on as they have begun." }
            p { "Goals come as " code { "goal.set" } " events, from whatever service lets people set them." }
        }
        (list("Under way", "now", &now))
        (list("Over", "over", &over))
    };
    Ok(Page { title: "Goals".to_owned(), tab: "/goals", body, as_of: Some(goals.as_of) })
}
