//! A goal, from the form until it is reached.

use stats_store::Fact;
use workout_events::jiff::{SignedDuration, Timestamp};
use workout_events::{ActivityType, Event, Source, WorkoutId, WorkoutPerformed, ZoneName};

use super::session::Session;
use super::site::{Site, grace};

#[test]
fn a_goal_is_set_by_a_form_and_reached_while_somebody_looks() {
    let site = Site::open(1);
    let session = Session::open(390, 844);
    session.goto(&site.of(grace(), "/goals"));
    session.fill("input[name=target]", "2");
    session.fill("input[name=title]", "Twice a week");
    session.click("form.fields button.primary");
    session.wait("it is set", "return document.querySelector('.done')?.textContent === 'The goal is set.'");
    assert!(session.text(".goals li").contains("1 of 2"), "{}", session.text(".goals li"));
    session.run("window.same = true;");

    let ended: Timestamp = "2025-06-14T17:30:00Z".parse().unwrap();
    let started = ended.checked_sub(SignedDuration::from_mins(40)).unwrap();
    let workout = WorkoutPerformed::in_zone(
        (WorkoutId::generate(), grace()),
        Source::new("tests"),
        ActivityType::Rowing,
        (started.into(), ended.into()),
        ZoneName::utc(),
    );
    site.write(&[Fact::from(&Event::new("/tests", workout).unwrap())]);
    session.wait("it is reached", "return document.querySelector('.goals li').textContent.includes('Reached')");
    assert_eq!(session.run("return window.same"), true, "without a reload");

    session.click(".goals a.change");
    session.wait("the goal alone", "return document.querySelector('h1').textContent === 'Change a goal'");
    session.run("document.querySelector('input[name=target]').value = '';");
    session.fill("input[name=target]", "5");
    session.click("form.fields button.primary");
    session.wait("another number", "return document.querySelector('.goals li')?.textContent.includes('of 5')");
    session.click(".goals a.change");
    session.wait("the goal alone", "return document.querySelector('h1').textContent === 'Change a goal'");
    session.click("button[value=give-up]");
    session.wait("given up", "return document.querySelector('#over') !== null");
    assert!(session.text("#over + .goals").contains("Given up"));
    assert!(session.console().is_empty());
}

#[test]
fn a_goal_is_set_without_a_script_and_a_mistake_costs_nothing_that_was_typed() {
    let site = Site::open(1);
    let session = Session::open(1440, 900);
    session.without_scripts();
    session.goto(&site.of(grace(), "/goals"));
    session.fill("input[name=target]", "a few");
    session.fill("input[name=title]", "More");
    session.press(&["\u{E007}"]);
    session.wait("what is wrong", "return document.querySelector('#target-wrong') !== null");
    assert_eq!(session.run("return document.querySelector('input[name=title]').value"), "More");
    assert_eq!(session.run("return document.querySelector('input[name=target]').ariaInvalid"), "true");
    session.run("document.querySelector('input[name=target]').value = '';");
    session.fill("input[name=target]", "3");
    session.press(&["\u{E007}"]);
    session.wait("it is set", "return document.querySelector('.done') !== null");
    assert!(session.text(".goals li").contains("More"));
}
