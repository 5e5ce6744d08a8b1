//! What happens while somebody looks.

use stats_store::Fact;
use workout_events::jiff::{SignedDuration, Timestamp};
use workout_events::{ActivityType, Event, Source, WorkoutDeleted, WorkoutId, WorkoutPerformed, ZoneName};

use super::session::Session;
use super::site::{Site, grace};

#[test]
fn a_workout_appears_and_goes_without_a_reload() {
    let site = Site::open(1);
    let session = Session::open(390, 844);
    session.goto(&site.of(grace(), ""));
    session.run("window.same = true; document.querySelector('main a[href*=\"/why?\"]').focus();");
    let focus = "return document.activeElement.getAttribute('href')";
    let focused = session.run(focus);
    // It is the stream that tells it: nobody asks which version there is.
    session.run(
        "window.asked = 0; const ask = fetch; fetch = (...a) => { asked += /version$/.test(a[0]); return ask(...a); };",
    );
    assert_eq!(session.text("[data-figure=Workouts]"), "3");

    let ended: Timestamp = "2025-06-14T17:30:00Z".parse().unwrap();
    let started = ended.checked_sub(SignedDuration::from_mins(40)).unwrap();
    let workout = WorkoutPerformed::in_zone(
        (WorkoutId::generate(), grace()),
        Source::new("tests"),
        ActivityType::Rowing,
        (started.into(), ended.into()),
        ZoneName::utc(),
    );
    let deleted = WorkoutDeleted::new(workout.workout_id, 1);
    site.write(&[Fact::from(&Event::new("/tests", workout).unwrap())]);
    session.wait("the fourth", "return document.querySelector('[data-figure=Workouts]').textContent === '4'");
    let news = session.text("#news");
    assert!(news.contains("Workouts 3 → 4") && news.contains("New workout."), "{news}");
    assert_eq!(session.run(focus), focused);

    site.write(&[Fact::from(&Event::new("/tests", deleted).unwrap())]);
    session.wait("three again", "return document.querySelector('[data-figure=Workouts]').textContent === '3'");
    assert!(session.text("#news").contains("Workouts 4 → 3"));
    assert!(session.text("#news").contains("A workout was deleted."));
    assert_eq!(session.run("return [window.same, window.asked]"), serde_json::json!([true, 0]));
    assert!(session.console().is_empty());
}
