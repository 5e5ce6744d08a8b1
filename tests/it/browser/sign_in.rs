//! A service that asks who is there.

use super::session::Session;
use super::site::{KEY, Site, ada, grace};

#[test]
fn somebody_signs_in_looks_around_and_signs_out() {
    let site = Site::closed(1);
    let session = Session::open(390, 844);
    let page = site.of(ada(), "/goals");
    session.goto(&page);
    assert_eq!(session.text("h1"), "Sign in");
    let mut found = Vec::new();
    for (width, theme) in [(390, "light"), (1440, "dark")] {
        session.resize(width, 900);
        session.prefer(theme);
        found.extend(session.violations());
        session.keep(&format!("sign-in-{width}-{theme}"));
    }
    assert!(found.is_empty(), "{found:?}");

    session.fill("#token", "something else");
    session.press(&["\u{E007}"]);
    session.wait("refused", "return document.querySelector('#token-hint').className === 'wrong'");
    assert!(session.violations().is_empty());
    session.fill("#token", KEY);
    session.press(&["\u{E007}"]);
    session.wait("inside", "return document.querySelector('h1').textContent === 'Goals'");
    assert_eq!(session.address(), page, "where it was asked for first");
    assert_eq!(session.run("return document.cookie.includes('session')"), false, "no script reads it");

    // What is set with the cookie, is set.
    session.fill("input[name=target]", "5");
    session.click("form.fields button.primary");
    session.wait("it is set", "return document.querySelector('.done') !== null");
    session.goto(&site.of(grace(), ""));
    assert_eq!(session.text("h1"), "There is nothing here");
    // The page of somebody who is refused is one of the browser's own, so the log has two lines: 401, and 404.
    let console = session.console();
    assert!(console.iter().all(|line| line.contains("401") || line.contains("404")), "{console:?}");

    session.goto(&page);
    session.click(".settings summary");
    session.click("form[action$='/session/end'] button");
    session.wait("outside", "return document.querySelector('h1').textContent === 'Sign in'");
    session.goto(&page);
    assert_eq!(session.text("h1"), "Sign in");
}
