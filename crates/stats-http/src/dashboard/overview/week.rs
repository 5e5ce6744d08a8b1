//! The week in progress, as seven days.

use maud::{Markup, html};
use stats_store::{Day, Days};

use super::read::Overview;
use crate::dashboard::figure::Figure;
use crate::dashboard::format::{self, duration, real};
use crate::dashboard::visit::Visit;

/// The height of the longest day.
const HEIGHT: f64 = 56.0;

pub(super) fn week(visit: &Visit, overview: &Overview) -> Markup {
    let week = overview.this_week();
    let days: Vec<_> = (0..7).map(|number| week.first.plus(number)).collect();
    let seconds = |day: Day| overview.sum(Days::new(day, day)).duration_s;
    let longest = days.iter().map(|day| seconds(*day)).max().unwrap_or(0).max(1);
    html! {
        section aria-labelledby="week" {
            h2 id="week" { "This week" }
            ol class="week card" {
                @for day in days {
                    @let share = real(seconds(day)) / real(longest);
                    li class=[(day == overview.today).then_some("today")]
                        aria-current=[(day == overview.today).then_some("date")] {
                        svg aria-hidden="true" width="100%" height=(HEIGHT) {
                            rect class="track" x="25%" width="50%" height=(HEIGHT) rx="4" {}
                            rect class="bar" x="25%" width="50%" y=((HEIGHT * (1.0 - share)).round())
                                height=((HEIGHT * share).round()) rx="4" {}
                        }
                        span class="day" { (format::weekday_letter(day)) span class="wide" { " " (day.date().day()) } }
                        (what(visit, overview, day))
                    }
                }
            }
        }
    }
}

fn what(visit: &Visit, overview: &Overview, day: Day) -> Markup {
    let only = Days::new(day, day);
    let activities: Vec<_> =
        overview.by_activity(only).into_iter().map(|(activity, _)| format::activity(activity)).collect();
    let sums = overview.sum(only);
    html! {
        @if sums.workouts > 0 {
            a class="value" href=(visit.why(Figure::Time, only)) {
                span class="wide" { (duration(sums.duration_s)) }
                span class="narrow" { (format::hours(sums.duration_s)) }
            }
            span class="wide quiet" { (activities.join(", ")) }
        } @else if day < overview.today {
            span class="value quiet" { "rest" }
        } @else if day == overview.today {
            span class="value quiet" { "today" }
        } @else {
            span class="value quiet" aria-hidden="true" { "·" }
        }
    }
}
