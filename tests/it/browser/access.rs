//! For keyboards and screen readers.

use super::session::Session;
use super::site::{Site, ada};

#[test]
fn axe_finds_nothing_on_any_page_in_either_theme() {
    let site = Site::open(1);
    let session = Session::open(1440, 900);
    let mut found = Vec::new();
    for (width, theme) in [(1440, "light"), (390, "dark")] {
        session.resize(width, 900);
        session.prefer(theme);
        for (name, url) in site.pages() {
            session.goto(&url);
            // What is folded is looked at as well.
            session.run("document.querySelectorAll('details.data').forEach((one) => { one.open = true; });");
            found.extend(session.violations().into_iter().map(|one| format!("{name} {width} {theme}: {one}")));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn the_keys_go_through_a_chart_and_say_each_value() {
    let site = Site::open(1);
    let session = Session::open(1440, 900);
    session.goto(&site.of(ada(), ""));
    session.run("document.querySelector('#trend .marks').focus();");
    let last = session.text("#trend .readout");
    assert!(last.starts_with("Week of 9 Jun 2025: ") && last.ends_with(", so far"), "{last}");
    session.press(&["\u{E012}"]);
    let before = session.text("#trend .readout");
    assert!(before.starts_with("Week of 2 Jun 2025: "), "{before}");
    session.press(&["\u{E011}"]);
    assert!(
        session.text("#trend .readout").starts_with("Week of 17 Jun 2024: "),
        "{}",
        session.text("#trend .readout")
    );
}

#[test]
fn the_first_key_leads_past_the_navigation() {
    let site = Site::open(1);
    let session = Session::open(1440, 900);
    session.goto(&site.of(ada(), "/workouts"));
    session.press(&["\u{E004}"]);
    assert_eq!(session.run("return document.activeElement.textContent"), "Skip to content");
    session.press(&["\u{E007}"]);
    session.wait("the focus is on the content", "return document.activeElement.id === 'main'");
}
