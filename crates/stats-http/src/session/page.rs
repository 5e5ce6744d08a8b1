//! The page at which somebody signs in.

use axum::http::request::Parts;
use axum::response::Html;
use maud::html;

use super::routes::prefix;
use crate::dashboard::{Page, Site, of_nobody};
use crate::problem::Code;

/// With what was wrong with the token before.
pub(super) fn render(request: &Parts, back: &str, is_known: bool, refused: Option<Code>) -> Html<String> {
    let at = format!("{}/session", prefix(request));
    let what = refused.map(reason);
    let body = html! {
        div class="narrow-page" {
            @if is_known {
                h1 { "You are signed in" }
                p { a href=(back) { "Go on to your training" } }
                form method="post" action={ (at) "/end" } { button { "Sign out" } }
            } @else {
                h1 { "Sign in" }
                p { "This page shows your training to you, and to nobody else." }
                form class="card stack" method="post" action=(at) {
                    input type="hidden" name="back" value=(back);
                    // Browsers offer to keep a secret, and ask for a name to keep it under.
                    input type="text" name="user" value="token" autocomplete="username" hidden;
                    label for="token" { "Your token" }
                    input id="token" name="token" type="password" required autocomplete="current-password" spellcheck="false"
                        aria-describedby="token-hint" aria-invalid=[what.map(|_| "true")];
                    p id="token-hint" class=(if what.is_some() { "wrong" } else { "quiet" }) {
                        (what.unwrap_or("The service that you train with gives it to you. It looks like eyJhbGciOi… and stays in this browser until it runs out or you sign out."))
                    }
                    button class="primary" { "Sign in" }
                }
            }
        }
    };
    let title = if is_known { "You are signed in" } else { "Sign in" };
    let page = Page { title: title.to_owned(), tab: "none", body, as_of: None };
    of_nobody(&Site::of(request, &at), &page)
}

/// Somebody else's, or nobody's: which of them is nobody's business.
pub(super) fn nothing(request: &Parts) -> Html<String> {
    let at = prefix(request);
    let body = html! {
        h1 { "There is nothing here" }
        p { "The address is mistyped, or this is not yours to see. " a href={ (at) "/dashboard" } { "Go to your training" } "." }
    };
    let page = Page { title: "There is nothing here".to_owned(), tab: "none", body, as_of: None };
    of_nobody(&Site::of(request, &format!("{at}/session")), &page)
}

fn reason(code: Code) -> &'static str {
    match code {
        Code::ExpiredToken => "This token has run out. Get a new one where you got it.",
        Code::RateLimited => "Too many attempts. Wait a few seconds and try again.",
        Code::StoreUnavailable => "It cannot be found out at the moment whose token this is. Try again in a minute.",
        _ => "This token is not accepted here. Copy the whole of it, from its first letter to its last.",
    }
}
