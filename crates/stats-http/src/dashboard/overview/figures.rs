//! Four figures, with their change against the same stretch before.

use maud::{Markup, html};
use stats_store::Days;

use super::read::{Overview, STRETCH};
use crate::dashboard::figure::{Figure, card};
use crate::dashboard::visit::Visit;

pub(super) fn figures(visit: &Visit, overview: &Overview) -> Markup {
    let days = Days::new(overview.today.plus(1 - STRETCH), overview.today);
    let before = Days::new(days.first.plus(-STRETCH), days.first.plus(-1));
    let (now, then) = (overview.sum(days), overview.sum(before));
    html! {
        section aria-labelledby="figures" {
            h2 id="figures" { "Last 4 weeks" @if then.workouts > 0 { small { "against the 4 before" } } }
            dl class="figures" {
                @for figure in [Figure::Workouts, Figure::Time, Figure::Volume, Figure::Energy] {
                    (card(visit, figure, &now, &then, days))
                }
            }
        }
    }
}
