//! What a page that renews itself leaves alone, and when it stops.

use stats_store::Fact;
use workout_events::jiff::{SignedDuration, Timestamp};
use workout_events::{ActivityType, Event, Source, UserId, WorkoutId, WorkoutPerformed, ZoneName};

use super::session::Session;
use super::site::{KEY, Site, ada, grace};

const HEARD: &str = "return newest !== null && newest !== version()";
const RENEWED: &str = "return newest === version() && news.textContent.includes('Updated')";

fn rowing(user: UserId) -> Fact {
    let ended: Timestamp = "2025-06-14T17:30:00Z".parse().unwrap();
    let started = ended.checked_sub(SignedDuration::from_mins(40)).unwrap();
    let (ids, times) = ((WorkoutId::generate(), user), (started.into(), ended.into()));
    let workout = WorkoutPerformed::in_zone(ids, Source::new("tests"), ActivityType::Rowing, times, ZoneName::utc());
    Fact::from(&Event::new("/tests", workout).unwrap())
}

#[test]
fn what_is_half_typed_stays_and_what_was_done_is_said_once() {
    let site = Site::open(1);
    let session = Session::open(390, 844);
    session.goto(&site.of(grace(), "/goals?done=set"));
    assert_eq!(session.text(".done"), "The goal is set.");
    session.wait("the stream", "return newest !== null");
    session.fill("input[name=title]", "Half");
    session.run("document.activeElement.blur();");
    site.write(&[rowing(grace())]);
    session.wait("the news", HEARD);
    // Leaving a field is the moment to renew the page, and this time it is not.
    session.run("return update();");
    assert_eq!(session.run("return document.querySelector('input[name=title]').value"), "Half");
    session.run("document.querySelector('input[name=title]').value = ''; return update();");
    session.wait("the page as it is now", RENEWED);
    assert_eq!(session.run("return document.querySelector('.done')"), serde_json::Value::Null);
    assert_eq!(session.address(), site.of(grace(), "/goals"));
    assert!(session.console().is_empty());
}

#[test]
fn a_page_follows_a_store_that_was_restored_to_a_lower_version() {
    let site = Site::open(1);
    let session = Session::open(390, 844);
    session.goto(&site.of(grace(), ""));
    session.run("main().dataset.version = '999999';");
    site.write(&[rowing(grace())]);
    session.wait("the page as it is now", RENEWED);
    session.wait("the fourth", "return document.querySelector('[data-figure=Workouts]').textContent === '4'");
    assert!(session.console().is_empty());
}

#[test]
fn a_page_that_is_open_says_that_somebody_has_signed_out_elsewhere() {
    let site = Site::closed(1);
    let session = Session::open(390, 844);
    session.goto(&site.of(ada(), ""));
    session.fill("#token", KEY);
    session.press(&["\u{E007}"]);
    session.wait("inside", "return document.querySelector('[data-figure]') !== null && newest !== null");
    session.run("fetch('/session/end', { method: 'POST', redirect: 'manual' });");
    session.wait("the end", "return news.textContent.includes('You are signed out')");
    assert_eq!(session.run("return over && stream === null"), true, "it stops asking");
    session.click("#news a");
    session.wait("outside", "return document.querySelector('h1').textContent === 'Sign in'");
}
