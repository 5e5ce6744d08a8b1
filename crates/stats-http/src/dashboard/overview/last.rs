//! The last workout with its sets.

use maud::{Markup, html};

use super::read::Overview;
use crate::dashboard::page::workout;
use crate::dashboard::visit::Visit;

pub(super) fn last(visit: &Visit, overview: &Overview) -> Markup {
    html! {
        @if let Some(last) = &overview.last {
            section aria-labelledby="last" {
                h2 id="last" { "Last workout" a class="more" href=(visit.link("/workouts")) { "all" } }
                div class="card" { (workout::summary(visit, last, overview.today)) (workout::sets(visit, &last.data)) }
            }
        }
    }
}
