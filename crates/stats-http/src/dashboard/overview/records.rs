//! What was beaten lately.

use maud::{Markup, html};
use stats_store::Record;

use super::read::Overview;
use crate::dashboard::page::records::line;
use crate::dashboard::visit::Visit;

const MOST: usize = 5;

pub(super) fn latest(visit: &Visit, overview: &Overview) -> Markup {
    html! {
        section aria-labelledby="latest-records" {
            h2 id="latest-records" { "Latest records" a class="more" href=(visit.link("/records")) { "all" } }
            div class="card" {
                @if overview.records.is_empty() {
                    p class="quiet" { "Whenever you beat an earlier best, it stands here." }
                } @else {
                    ul class="records" {
                        @for records in overview.records.chunk_by(same).take(MOST) { (line(visit, records, overview.today)) }
                    }
                }
            }
        }
    }
}

/// Who lifts more than ever beats several records at once.
fn same(one: &Record, two: &Record) -> bool {
    (one.workout_id, &one.of) == (two.workout_id, &two.of)
}
