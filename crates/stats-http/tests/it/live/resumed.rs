//! Coming back: nothing is lost, and nothing is told twice.

use workout_events::WorkoutId;

use super::client::{Event, Listening, names};
use super::seen::Person;
use crate::support::Served;

/// What somebody has seen who was told all of these.
fn told(events: &[Event]) -> Vec<(String, String)> {
    events.iter().map(|event| (event.name.clone(), event.data.to_string())).collect()
}

/// Another process over the same store.
async fn other(person: &Person) -> Served {
    Served::new(stats_http::Api::new(person.store.reader()).router()).await
}

#[tokio::test]
async fn what_happened_meanwhile_is_told_by_whichever_instance() {
    let person = Person::new();
    let ids = [(); 4].map(|()| WorkoutId::generate());
    let served = person.served().await;
    let mut listening = Listening::to(&served, person.user, "").await;
    listening.until("snapshot").await;
    person.write(&[person.goal(8_000)]).await;
    listening.until("changed").await;
    person.write(&[person.run(ids[0], 0, 5_000, 1), person.run(ids[1], 1, 1_000, 1)]).await;
    let last = listening.until("changed").await.pop().unwrap().id;
    drop(listening);

    person.write(&[person.run(ids[2], 2, 7_000, 1)]).await;
    person.write(&[Person::gone(ids[0], 2)]).await;
    person.write(&[person.run(ids[1], 1, 1_500, 2)]).await;
    let another = other(&person).await;
    let mut back = Listening::after(&another, person.user, &last).await;
    let caught_up = back.until("changed").await;
    // What was reached and taken back meanwhile is as if it had not been.
    let want = ["workout.edited", "workout.performed", "workout.deleted", "record.set", "goal.achieved", "streak"];
    assert_eq!(names(&caught_up)[..6], want, "{caught_up:?}");

    // Once more from the same place says the same, and from the end of it nothing.
    let mut again = Listening::after(&another, person.user, &last).await;
    assert_eq!(told(&again.until("changed").await), told(&caught_up));
    let mut done = Listening::after(&served, person.user, &caught_up.last().unwrap().id).await;
    person.write(&[person.run(ids[3], 3, 100, 1)]).await;
    assert_eq!(done.next().await.unwrap().name, "workout.performed");
}

#[tokio::test]
async fn who_is_cut_off_in_the_middle_goes_on_behind_the_last_event() {
    let person = Person::new();
    let served = person.served().await;
    let mut whole = Listening::to(&served, person.user, "").await;
    whole.until("snapshot").await;
    let one = WorkoutId::generate();
    person.write(&[person.run(one, 0, 5_000, 1)]).await;
    let events = whole.until("changed").await;
    assert_eq!(events.len(), 5);
    let another = other(&person).await;
    for at in 0..events.len() - 1 {
        let mut back = Listening::after(&another, person.user, &events[at].id).await;
        assert_eq!(told(&back.until("changed").await), told(&events[at + 1..]), "after {at}");
    }
    // Also where more has happened since.
    person.write(&[person.run(WorkoutId::generate(), 1, 100, 1)]).await;
    let later = whole.until("changed").await;
    for at in 0..events.len() {
        let mut back = Listening::after(&another, person.user, &events[at].id).await;
        let mut rest = Vec::new();
        if at + 1 < events.len() {
            rest = back.until("changed").await;
        }
        rest.append(&mut back.until("changed").await);
        assert_eq!(told(&rest), told(&[&events[at + 1..], &later[..]].concat()), "after {at}");
    }
}

#[tokio::test]
async fn goals_that_were_missed_earlier_and_told_later_are_not_mistaken_for_those_that_were_told() {
    let person = Person::new();
    let served = person.served().await;
    let mut listening = Listening::to(&served, person.user, "").await;
    listening.until("snapshot").await;
    person.write(&[person.goal_until("2026-03-20T00:00:00Z")]).await;
    let settle = async |time: &str| {
        let told = person.store.settle(time.parse().unwrap(), |_| {}).await.unwrap();
        person.live.wake(person.user);
        told
    };
    assert_eq!(settle("2026-03-25T00:00:00Z").await, 1);
    let told = listening.until("goal.missed").await;
    assert_eq!(told.last().unwrap().data["last_day"], "2026-03-20");
    let last = listening.until("changed").await.pop().unwrap().id;
    drop(listening);
    person.write(&[person.goal_until("2026-03-10T00:00:00Z")]).await;
    assert_eq!(settle("2026-03-26T00:00:00Z").await, 1);
    let mut back = Listening::after(&served, person.user, &last).await;
    assert_eq!(back.next().await.unwrap().name, "snapshot");
}

#[tokio::test]
async fn an_id_that_is_none_of_ours_begins_with_a_snapshot() {
    let person = Person::new();
    let served = person.served().await;
    let mut listening = Listening::to(&served, person.user, "").await;
    person.write(&[person.run(WorkoutId::generate(), 0, 5_000, 1)]).await;
    let mark = loop {
        let event = listening.next().await.unwrap();
        if event.data["as_of"]["version"] == 1 {
            break event.id;
        }
    };
    person.write(&[person.run(WorkoutId::generate(), 1, 5_000, 1)]).await;
    let future = mark.replacen("1.", "999.", 1);
    let digest = format!("{}0000000000000000", &mark[..mark.len() - 16]);
    let huge = "1".repeat(10_000);
    let (twice, early) = (format!("{mark}/{mark}/1000000000000"), "1.0.0.0000000000000000".to_owned());
    let forged = ["", "0", "17", "-1", "null", "' OR 1=1", "é", &future, &digest, &huge, &early];
    let served = other(&person).await;
    for id in forged {
        let mut back = Listening::after(&served, person.user, id).await;
        assert_eq!(names(&back.until("snapshot").await), ["snapshot"], "{id}");
    }
    // Who has been told more than there was is told what came after that.
    let mut back = Listening::after(&served, person.user, &twice).await;
    assert_eq!(back.next().await.unwrap().name, "workout.performed");
    let long = served.send("GET", "/healthz", &format!("Last-Event-ID: {}\r\n", "1".repeat(70_000)), b"").await;
    assert_eq!(long.status, 431);
}
