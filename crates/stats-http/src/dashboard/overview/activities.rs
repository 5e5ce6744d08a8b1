//! What the time went into.

use maud::{Markup, html};
use stats_store::Days;

use super::read::{Overview, STRETCH};
use crate::dashboard::chart::{Share, split};
use crate::dashboard::figure::Figure;
use crate::dashboard::format::{self, duration, real};
use crate::dashboard::visit::Visit;

/// So many have a bar of their own.
const MOST: usize = 6;

pub(super) fn activities(visit: &Visit, overview: &Overview) -> Markup {
    let days = Days::new(overview.today.plus(1 - 3 * STRETCH), overview.today);
    let shares: Vec<_> = overview
        .by_activity(days)
        .into_iter()
        .take(MOST)
        .map(|(activity, sums)| Share {
            name: format::activity(activity),
            value: real(sums.duration_s),
            says: duration(sums.duration_s),
            href: format!("{}&activity={activity}", visit.why(Figure::Time, days)),
        })
        .collect();
    html! {
        section aria-labelledby="activities" {
            h2 id="activities" { "Activities" small { "last 12 weeks" } }
            div class="card" {
                @if shares.is_empty() { p class="quiet" { "No workout in the last 12 weeks." } }
                (split(&shares))
            }
        }
    }
}
