//! Bars that lie: parts of a whole, and how far along something is.

use maud::{Markup, html};

use super::scale::percent;

/// A part of a whole.
pub(crate) struct Share {
    pub(crate) name: String,
    pub(crate) value: f64,
    /// The value in words.
    pub(crate) says: String,
    /// Where it is explained.
    pub(crate) href: String,
}

/// Each part as a bar beside its name, as long as its part of the largest.
pub(crate) fn split(shares: &[Share]) -> Markup {
    let most = shares.iter().map(|share| share.value).fold(f64::MIN_POSITIVE, f64::max);
    html! {
        ul class="split" {
            @for share in shares {
                li {
                    a href=(share.href) { (share.name) }
                    svg aria-hidden="true" width="100%" height="12" {
                        rect class="bar" width=(percent(share.value / most)) height="12" rx="2" {}
                    }
                    span class="value" { (share.says) }
                }
            }
        }
    }
}

/// How much of something there is, and a mark where it is going to end if it goes on like this.
pub(crate) fn meter(share: f64, forecast: Option<f64>, done: bool) -> Markup {
    html! {
        svg class="meter" aria-hidden="true" width="100%" height="16" {
            rect class="track" y="2" width="100%" height="12" rx="3" {}
            rect class=(if done { "bar done" } else { "bar" }) y="2" width=(percent(share.clamp(0.0, 1.0))) height="12" rx="3" {}
            @if let Some(forecast) = forecast {
                @let x = percent(forecast.clamp(0.005, 0.995));
                line class="forecast" x1=(x) x2=(x) y1="0" y2="16" {}
            }
        }
    }
}
