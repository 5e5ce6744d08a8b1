//! Theme, units, and what a chart shows.

use super::session::Session;
use super::site::{Site, ada};

#[test]
fn a_theme_is_chosen_and_stays() {
    let site = Site::open(1);
    let session = Session::open(1440, 900);
    session.prefer("light");
    session.goto(&site.of(ada(), "/records"));
    let ground = "return getComputedStyle(document.body).backgroundColor";
    let light = session.run(ground);
    session.click(".settings summary");
    session.click("button[value=dark]");
    session.wait("the page is dark", "return document.documentElement.dataset.theme === 'dark'");
    assert_ne!(session.run(ground), light);
    assert_eq!(session.address(), site.of(ada(), "/records"));
    session.goto(&site.of(ada(), ""));
    assert_eq!(session.run("return document.documentElement.dataset.theme"), "dark");
    session.click(".settings summary");
    session.click("button[value=auto]");
    session.wait("the machine decides again", "return document.documentElement.dataset.theme === undefined");
    assert_eq!(session.run(ground), light);
}

#[test]
fn units_are_chosen_and_hold_everywhere() {
    let site = Site::open(1);
    let session = Session::open(390, 844);
    session.goto(&site.of(ada(), ""));
    assert!(session.text("[data-figure=Volume]").ends_with(" t"));
    session.click(".settings summary");
    session.click("button[value=imperial]");
    session.wait("pounds", "return document.querySelector('[data-figure=Volume]').textContent.endsWith('lb')");
    session.goto(&site.of(ada(), &site.lifted()));
    let sets = session.text(".sets");
    assert!(sets.contains(" lb") && !sets.contains(" kg"), "{sets}");
}

#[test]
fn a_chart_changes_without_a_new_page() {
    let site = Site::open(1);
    let session = Session::open(1440, 900);
    session.goto(&site.of(ada(), ""));
    session.run("window.same = true;");
    session.click("#trend a[href*='measure=volume']");
    session.wait("volume", "return document.querySelector('#trend small').textContent === 'volume by week'");
    session.click("#trend a[href*='by=month']");
    session.wait("by month", "return document.querySelector('#trend small').textContent === 'volume by month'");
    assert_eq!(session.run("return window.same"), true);
    assert!(session.address().contains("measure=volume&by=month"));
    // The address alone leads to the same chart.
    session.goto(&session.address());
    assert_eq!(session.text("#trend small"), "volume by month");
    assert!(session.console().is_empty());
}
