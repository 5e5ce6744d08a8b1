//! What is told, as it happens.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use serde_json::json;
use stats_http::{Api, Dashboard, Live};
use workout_events::WorkoutId;
use workout_events::jiff::Timestamp;

use super::client::{Listening, names};
use super::seen::Person;
use crate::support::Served;

#[tokio::test]
async fn a_workout_its_record_and_the_goal_it_reaches_are_told_as_they_happen() {
    let person = Person::new();
    let served = person.served().await;
    let mut listening = Listening::to(&served, person.user, "").await;
    assert!(listening.head.starts_with("HTTP/1.1 200"), "{}", listening.head);
    for header in ["content-type: text/event-stream", "cache-control: no-store", "x-accel-buffering: no"] {
        assert!(listening.head.contains(header), "{header}: {}", listening.head);
    }
    let first = listening.next().await.unwrap();
    assert_eq!((first.name.as_str(), &first.data["as_of"]["version"]), ("snapshot", &json!(0)));

    person.write(&[person.goal(8_000)]).await;
    assert_eq!(names(&listening.until("changed").await), ["changed"]);
    let one = WorkoutId::generate();
    person.write(&[person.run(one, 0, 5_000, 1)]).await;
    let told = listening.until("changed").await;
    let set = ["record.set", "record.set"];
    assert_eq!(names(&told), ["workout.performed", set[0], set[1], "streak", "changed"]);
    assert_eq!((&told[0].data["workout_id"], &told[0].data["distance_m"]), (&json!(one), &json!(5_000)));
    assert_eq!(told[1].data["workout_id"], json!(one));
    assert_eq!(told[3].data["longest_days"], 1);
    assert_eq!(told[4].data["as_of"]["version"], 2);

    let two = WorkoutId::generate();
    person.write(&[person.run(two, 1, 4_000, 1)]).await;
    let told = listening.until("changed").await;
    assert_eq!(names(&told), ["workout.performed", "goal.achieved", "streak", "changed"]);
    assert_eq!((&told[1].data["value"], &told[1].data["workout_id"]), (&json!(9_000), &json!(two)));

    person.write(&[person.run(two, 1, 2_000, 2)]).await;
    assert_eq!(names(&listening.until("changed").await), ["workout.edited", "goal.revoked", "changed"]);
    person.write(&[Person::gone(one, 2)]).await;
    let told = listening.until("changed").await;
    assert_eq!(names(&told), ["workout.deleted", "record.revoked", "streak", "changed"]);
    assert_eq!(told[0].data, json!({ "workout_id": one }));
    assert_eq!((&told[1].data["record"]["value"], &told[1].data["stands"]["value"]), (&json!(5_000), &json!(2_000)));
}

#[tokio::test]
async fn a_hint_that_is_lost_delays_what_it_was_about() {
    let person = Person::new();
    let live = Live::new().look_every(Duration::from_millis(50));
    let served = Served::new(Api::new(person.store.reader()).live(live).router()).await;
    let mut listening = Listening::to(&served, person.user, "").await;
    listening.until("snapshot").await;
    // This wakes the streams of another hub.
    person.write(&[person.run(WorkoutId::generate(), 0, 5_000, 1)]).await;
    assert_eq!(listening.until("changed").await[0].name, "workout.performed");
}

static CLOCK: AtomicI64 = AtomicI64::new(0);

fn clock() -> Timestamp {
    Timestamp::from_second(CLOCK.load(Ordering::SeqCst)).unwrap()
}

fn set_clock(to: &str) {
    CLOCK.store(to.parse::<Timestamp>().unwrap().as_second(), Ordering::SeqCst);
}

#[tokio::test]
async fn a_streak_that_is_over_because_the_day_is_is_told() {
    let person = Person::new();
    person.write(&[0, 1].map(|day| person.run(WorkoutId::generate(), day, 5_000, 1))).await;
    set_clock("2026-03-03T23:59:59Z");
    let live = Live::new().look_every(Duration::from_millis(20));
    let served = Served::new(Dashboard::new(person.store.reader()).live(live).clock(clock).routes()).await;
    let mut listening = Listening::at(served.address, &format!("/dashboard/{}/live", person.user), "").await;
    listening.until("snapshot").await;
    set_clock("2026-03-04T00:00:00Z");
    let told = listening.until("changed").await;
    assert_eq!(names(&told), ["streak", "changed"]);
    assert_eq!((&told[0].data["days"], &told[0].data["longest_days"]), (&json!(0), &json!(2)));
}

#[tokio::test]
async fn whoever_lost_hints_wakes_everybody() {
    let person = Person::new();
    let served = person.served().await;
    let mut listening = Listening::to(&served, person.user, "").await;
    listening.until("snapshot").await;
    let _ = person.store.writer().write(&[person.run(WorkoutId::generate(), 0, 5_000, 1)]).await.unwrap();
    person.live.wake_all();
    assert_eq!(listening.until("changed").await[0].name, "workout.performed");
}

#[tokio::test]
async fn a_silent_stream_is_kept_alive_and_is_not_packed() {
    let person = Person::new();
    let live = Live::new().keep_alive_every(Duration::from_millis(20));
    let served = Served::new(Api::new(person.store.reader()).live(live).router()).await;
    let mut listening = Listening::to(&served, person.user, "Accept-Encoding: gzip\r\n").await;
    assert!(!listening.head.contains("content-encoding"), "{}", listening.head);
    let text = listening.text_until("\n\n:\n\n:\n\n").await;
    assert!(text.starts_with("retry: "), "{text}");
}

#[tokio::test]
async fn more_news_than_anybody_reads_are_a_snapshot() {
    let person = Person::new();
    let served = person.served().await;
    let mut listening = Listening::to(&served, person.user, "").await;
    listening.until("snapshot").await;
    let runs: Vec<_> = (0..250).map(|n| person.run(WorkoutId::generate(), n % 50, 5_000, 1)).collect();
    person.write(&runs).await;
    assert_eq!(names(&listening.until("snapshot").await), ["snapshot"]);
}
