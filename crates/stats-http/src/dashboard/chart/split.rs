//! Bars that lie: parts of a whole.

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
