//! Goals that are under way.

use maud::{Markup, html};
use stats_store::GoalStatus;

use super::read::Overview;
use crate::dashboard::goal::line;
use crate::dashboard::visit::Visit;

const MOST: usize = 4;

pub(super) fn goals(visit: &Visit, overview: &Overview) -> Markup {
    let now = |status| matches!(status, GoalStatus::OnTrack | GoalStatus::AtRisk | GoalStatus::Achieved);
    let goals = || overview.goals.iter().filter(|standing| now(standing.status) && standing.days.has(overview.today));
    html! {
        section aria-labelledby="goals" {
            h2 id="goals" { "Goals" a class="more" href=(visit.link("/goals")) { "all" } }
            div class="card" {
                @if goals().next().is_none() {
                    p class="quiet" { "A number to reach in a week, a month or a year stands here as a bar. "
                        a href=(visit.link("/goals")) { "Set one" } "." }
                } @else {
                    ul class="goals" { @for standing in goals().take(MOST) { (line(visit, standing, overview.today, None)) } }
                }
            }
        }
    }
}
